"""The pages about AWS say what the templates and scripts say."""

import re
import subprocess
import sys

from tests.aws.templates import PIPELINE, ROOT, template

DEPLOY = (ROOT / "docs" / "deploy.md").read_text()


def test_the_way_from_an_empty_account_has_ten_steps() -> None:
    part = DEPLOY.partition("## From an empty account")[2].partition("\n## ")[0]
    assert re.findall(r"^(\d+)\. ", part, re.MULTILINE) == [str(number) for number in range(1, 11)]


def test_each_parameter_and_output_that_is_named_exists() -> None:
    known = template(PIPELINE)
    assert set(re.findall(r"\b([A-Z][A-Za-z]+)=", DEPLOY)) <= set(known["Parameters"])
    assert set(re.findall(r"OUTPUT_([A-Za-z]+)", DEPLOY)) <= set(known["Outputs"])


def test_each_parameter_without_a_default_is_given_in_the_command() -> None:
    command = DEPLOY.partition("sam deploy")[2].partition("About")[0]
    wanted = {name for name, one in template(PIPELINE)["Parameters"].items() if "Default" not in one}
    assert wanted <= set(re.findall(r"([A-Za-z]+)=", command))


def test_each_manage_command_that_is_named_exists() -> None:
    for name in set(re.findall(r"manage\.py ([a-z_]+)", DEPLOY)):
        assert list(ROOT.glob(f"*/management/commands/{name}.py")), name


def test_the_page_of_costs_is_what_the_script_says() -> None:
    done = subprocess.run([sys.executable, "docs/costs.py"], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout == (ROOT / "docs" / "costs.md").read_text()
    other = [sys.executable, "docs/costs.py", "firehose_gb=1"]
    assert subprocess.run(other, cwd=ROOT, capture_output=True, text=True, check=True).stdout != done.stdout
