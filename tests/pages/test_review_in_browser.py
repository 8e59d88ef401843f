"""Review in a real browser: a queue worked through by keyboard alone, without script, seen by axe in both themes."""

import os
import re
from collections.abc import Iterator

import pytest
from django.conf import LazySettings
from playwright.sync_api import Browser, BrowserContext, Page, expect

from profiles.models import Decision, ReviewQuestion
from profiles.review.answers import carry_out_answers
from profiles.review.queue import SHOW, claim
from profiles.views.review import MANY as MANY_WORDS
from tests.pages import review_crowd
from tests.pages.conftest import Portal
from tests.pages.test_in_browser import SIZES, faults

MANY = int(os.environ.get("REVIEW_QUESTIONS", "8"))


@pytest.fixture(autouse=True)
def no_samples(settings: LazySettings) -> None:
    settings.REVIEW_SAMPLE_PERCENT = 0


@pytest.fixture
def steward(portal: Portal, context: BrowserContext) -> Iterator[Page]:
    portal.log_in(context, "steward")
    page = context.new_page()
    said: list[str] = []
    page.on("console", lambda message: said.append(message.text) if message.type == "error" else None)
    yield page
    page.wait_for_load_state("networkidle")  # a preview holds locks that the next test would wait for
    assert [text for text in said if "Content Security Policy" in text] == []


def at(page: Page, question: ReviewQuestion) -> None:
    expect(page).to_have_url(re.compile(f"/review/{question.pk}/"))
    expect(page.locator("#question-title")).to_be_focused()


def answers() -> dict[int, str]:
    return dict(ReviewQuestion.objects.filter(state="decided").values_list("pk", "answer"))


def test_a_queue_is_worked_through_by_keyboard_alone(portal: Portal, steward: Page) -> None:
    questions, page = review_crowd.pairs(MANY), steward
    page.goto(f"{portal.url}/review/")
    page.keyboard.press("Control+k")
    expect(page.get_by_role("combobox", name="Command, page or person")).to_be_focused()
    page.keyboard.type("begin")
    page.keyboard.press("Enter")
    at(page, questions[0])

    page.keyboard.press("j")
    at(page, questions[1])
    page.keyboard.press("k")
    at(page, questions[0])
    page.keyboard.press("a")
    at(page, questions[1])
    expect(page.locator("#undo-toast")).to_contain_text("Same person: merged")
    page.keyboard.press("u")
    at(page, questions[0])
    assert answers() == {}
    page.keyboard.press("s")
    at(page, questions[1])
    for place, question in enumerate(questions[1:-1], start=1):
        at(page, question)
        page.keyboard.press("a" if place % 2 else "r")
    at(page, questions[-1])
    page.keyboard.press("?")
    expect(page.get_by_role("heading", name="Keys")).to_be_visible()
    page.keyboard.press("a")  # behind the list, keys do nothing
    page.keyboard.press("Escape")
    page.keyboard.press("r")
    expect(page).to_have_url(re.compile("/review/$"))
    carry_out_answers()
    assert len(answers()) == MANY - 1
    assert Decision.objects.count() == MANY - 1
    assert Decision.objects.filter(action="assert").count() == len([p for p in range(1, MANY - 1) if p % 2])
    page.keyboard.press("u")
    at(page, questions[-1])
    assert Decision.objects.filter(withdrawn_at=None).count() == MANY - 2


def test_what_it_would_do_comes_beside_the_question(portal: Portal, steward: Page) -> None:
    (question,) = review_crowd.pairs(1)
    steward.goto(f"{portal.url}/review/{question.pk}/")
    expect(steward.locator("#effect")).to_contain_text("Then")


def test_letters_do_nothing_while_somebody_writes_or_has_switched_them_off(portal: Portal, steward: Page) -> None:
    first, second = review_crowd.pairs(2)
    page = steward
    page.goto(f"{portal.url}/review/{first.pk}/")
    page.get_by_label("Reason").fill("")
    page.get_by_label("Reason").press_sequentially("a sure jackal")
    expect(page.get_by_label("Reason")).to_have_value("a sure jackal")
    page.locator("#question-title").focus()
    page.keyboard.press("?")
    page.get_by_role("button", name="Switch single-letter keys off").click()
    expect(page.locator("[data-keys=off]")).to_be_visible()
    page.wait_for_load_state()
    page.keyboard.press("a")
    page.keyboard.press("j")
    page.keyboard.press("Control+k")
    page.keyboard.type("next question")
    page.keyboard.press("Enter")
    at(page, second)
    assert answers() == {}


def test_without_script_one_answers_undoes_and_answers_several(portal: Portal, browser: Browser) -> None:
    first, second, third = review_crowd.pairs(3)
    context = browser.new_context(java_script_enabled=False)
    portal.log_in(context, "steward")
    page = context.new_page()
    page.goto(f"{portal.url}/review/")
    page.get_by_role("link", name="Begin").click()
    page.get_by_role("link", name="Look at what it would do").click()
    expect(page.get_by_role("heading", name="Then")).to_be_visible()
    page.go_back()
    page.get_by_label("Reason").fill("one household")
    page.get_by_role("button", name="Same person").click()
    expect(page).to_have_url(re.compile(f"/review/{second.pk}/"))
    page.get_by_role("button", name="Undo").click()
    expect(page).to_have_url(re.compile(f"/review/{first.pk}/"))
    page.goto(f"{portal.url}/review/")
    page.get_by_label(f"Tick question {second.pk}").check()
    page.get_by_label(f"Tick question {third.pk}").check()
    page.get_by_role("button", name="No…").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Answer 2")
    page.get_by_role("button", name="Confirm").click()
    expect(page.locator("#undo-toast")).to_contain_text("2 answered")
    assert answers() == {second.pk: "no", third.pk: "no"}
    page.wait_for_load_state("networkidle")
    context.close()


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("theme", ["light", "dark"])
def test_every_question_is_usable_by_everyone(
    portal: Portal, browser: Browser, theme: str, size: str, settings: LazySettings
) -> None:
    asked = {
        "held": review_crowd.held(),
        "probable": review_crowd.probable(),
        "value": review_crowd.shared(),
        "parked": review_crowd.parked(),
    }
    context = browser.new_context(viewport=SIZES[size], color_scheme=theme)  # type: ignore[arg-type]
    portal.log_in(context, "steward")
    page = context.new_page()
    said: list[str] = []
    page.on("console", lambda message: said.append(message.text) if message.type in {"error", "warning"} else None)
    page.on("pageerror", lambda error: said.append(str(error)))
    page.goto(f"{portal.url}/review/")
    found = {"queue": faults(page)}
    shoot(page, f"queue-{theme}-{size}")
    for name, question in asked.items():
        page.goto(f"{portal.url}/review/{question.pk}/")
        expect(page.get_by_text("Carrying it out to see")).to_have_count(0)
        found[name] = faults(page)
        shoot(page, f"{name}-{theme}-{size}")
    page.keyboard.press("Control+k")
    found["commands"] = faults(page)
    shoot(page, f"commands-{theme}-{size}")
    page.keyboard.press("Escape")
    page.goto(f"{portal.url}/review/")
    for kind in ("held", "probable"):
        page.get_by_label(f"Tick question {asked[kind].pk}").check()
    page.get_by_role("button", name="Yes…").click()
    found["several"] = faults(page)
    shoot(page, f"several-{theme}-{size}")
    context.close()
    assert {name: list_ for name, list_ in found.items() if list_} == {}
    assert said == []


@pytest.mark.parametrize(("theme", "size"), [("light", "desktop"), ("dark", "phone")])
def test_every_list_and_every_state_of_a_question_is_usable_by_everyone(
    portal: Portal, browser: Browser, theme: str, size: str, settings: LazySettings
) -> None:
    settings.REVIEW_SAMPLE_PERCENT = 100
    sample, reopened = review_crowd.sample(), review_crowd.reopened()
    settings.REVIEW_SAMPLE_PERCENT = 0
    first, taken = review_crowd.pairs(2)[-2:]
    claim(taken.pk, person="administrator")
    lists = [f"?kind={kind}" for kind in MANY_WORDS] + [f"?show={show}" for show in SHOW]
    context = browser.new_context(viewport=SIZES[size], color_scheme=theme)  # type: ignore[arg-type]
    portal.log_in(context, "steward")
    page = context.new_page()
    found = {}

    def look(name: str) -> None:
        expect(page.get_by_text("Carrying it out to see")).to_have_count(0)
        found[name] = faults(page)
        shoot(page, f"{name.strip('?').replace('=', '-')}-{theme}-{size}")

    for query in lists:
        page.goto(f"{portal.url}/review/{query}")
        look(query)
    for name, question in {"sample": sample, "reopened": reopened, "taken": taken}.items():
        page.goto(f"{portal.url}/review/{question.pk}/")
        look(name)
    page.goto(f"{portal.url}/review/{first.pk}/?kind=held")
    page.get_by_role("button", name="Two people").click()
    expect(page.locator("#undo-toast")).to_contain_text("Two people: kept apart")
    look("toast")
    page.goto(f"{portal.url}/review/{first.pk}/")
    look("answered")
    page.goto(f"{portal.url}/review/?kind=sample")
    page.get_by_label(f"Tick question {sample.pk}").check()
    page.get_by_role("button", name="Wrong: part them…").click()
    expect(page.get_by_text("Samples of merges: they were wrong, and are parted again")).to_be_visible()
    look("several with no")
    page.wait_for_load_state("networkidle")
    context.close()
    assert {name: list_ for name, list_ in found.items() if list_} == {}


def shoot(page: Page, name: str) -> None:
    """For whoever wants to look: REVIEW_PICTURES names a directory."""
    if directory := os.environ.get("REVIEW_PICTURES"):
        page.screenshot(path=f"{directory}/{name}.png", full_page=True)
