"""Rules, facts, the partition and its history; each noun in its own room."""

from profiles.models.clients import ApiCall, ApiClient, ApiUsage, IdempotencyKey, ProfileIdKey
from profiles.models.decisions import Decision, DecisionIdentifier, PendingDecision, SecondEyes
from profiles.models.facts import Combination, Link, TraitValue, UndefinedKind
from profiles.models.matching import AUTOMATIC, MatchAnswer, MatchCandidate, MatchModel, MatchRun, MatchTrialPair
from profiles.models.parking import CircuitBreaker, ParkedDelivery, SuspectDelivery
from profiles.models.partition import ConflictedNeighbourhood, Identifier, ProfileChange, Resolution, Standing
from profiles.models.privacy import ErasedId, Erasure, ErasureCombination
from profiles.models.review import ReviewGrounds, ReviewProgress, ReviewQuestion, ReviewSkip
from profiles.models.rules import KIND_NAME, BlockedValue, Kind, Reconsideration, RuleChange, TraitRule

__all__ = [
    "AUTOMATIC",
    "KIND_NAME",
    "ApiCall",
    "ApiClient",
    "ApiUsage",
    "BlockedValue",
    "CircuitBreaker",
    "Combination",
    "ConflictedNeighbourhood",
    "Decision",
    "DecisionIdentifier",
    "ErasedId",
    "Erasure",
    "ErasureCombination",
    "IdempotencyKey",
    "Identifier",
    "Kind",
    "Link",
    "MatchAnswer",
    "MatchCandidate",
    "MatchModel",
    "MatchRun",
    "MatchTrialPair",
    "ParkedDelivery",
    "PendingDecision",
    "ProfileChange",
    "ProfileIdKey",
    "Reconsideration",
    "Resolution",
    "ReviewGrounds",
    "ReviewProgress",
    "ReviewQuestion",
    "ReviewSkip",
    "RuleChange",
    "SecondEyes",
    "Standing",
    "SuspectDelivery",
    "TraitRule",
    "TraitValue",
    "UndefinedKind",
]
