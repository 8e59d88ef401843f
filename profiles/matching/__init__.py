"""Probable matches: people whom no identifier joins, but names, dates, addresses and contacts suggest.

`train` learns a model from records, `find_matches` scores pairs, `cluster` groups them. Pure: tables in, tables out."""

from profiles.matching.cleaning import UnusableRecords
from profiles.matching.clustering import cluster
from profiles.matching.finding import find_matches, train
from profiles.matching.model import Model
from profiles.matching.sources import read_by_source
from profiles.matching.spark import Spark

__all__ = ["Model", "Spark", "UnusableRecords", "cluster", "find_matches", "read_by_source", "train"]
