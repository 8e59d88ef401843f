"""The pages about AWS say what the templates and scripts say."""

import re
import runpy
import subprocess
import sys

from tests.aws.templates import PIPELINE, PORTAL, ROOT, properties, resources, template, text

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


def test_each_parameter_resource_and_variable_in_backticks_exists() -> None:
    quoted = set(re.findall(r"`([A-Za-z][A-Za-z0-9_]+)`", DEPLOY))
    known = {name for path in (PIPELINE, PORTAL) for part in ("Parameters", "Resources", "Outputs")
             for name in template(path)[part]}  # fmt: skip
    of_aws = {"RetryOptions", "AllData", "AWS_ENDPOINT_URL_S3"}
    code = "".join((ROOT / path).read_text() for path in ("idportal/settings.py", "idportal/given.py", "README.md"))
    for name in quoted:
        if re.fullmatch(r"[A-Z]+(_[A-Z0-9]+)+", name):
            assert name in of_aws or name in code or name in PORTAL.read_text(), name
        elif re.fullmatch(r"[A-Z][a-z]+[A-Z][A-Za-z]+", name):
            assert name in known | of_aws, name


def test_each_make_target_and_bundle_that_is_named_exists() -> None:
    targets = re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(), re.MULTILINE)
    assert set(re.findall(r"`make ([a-z-]+)`", DEPLOY)) <= set(targets)
    [names] = re.findall(r"var/bundles/\{([a-z,]+)\}\.zip", DEPLOY)
    functions = resources(PIPELINE, "AWS::Serverless::Function").values()
    assert {one["Properties"]["CodeUri"] for one in functions} == {
        f"../var/bundles/{one}.zip" for one in names.split(",")
    }


def test_the_stacks_name_capabilities_and_names_made_of_it_fit() -> None:
    [stack] = set(re.findall(r"--stack-name ([a-z]+)", DEPLOY))
    roles = [one for path in (PIPELINE, PORTAL) for one in resources(path, "AWS::IAM::Role").values()]
    assert not any("RoleName" in one["Properties"] for one in roles)  # else CAPABILITY_NAMED_IAM would be needed
    assert "CAPABILITY_IAM CAPABILITY_AUTO_EXPAND" in DEPLOY
    made = {text(properties(PORTAL, name)["Family"]) for name in ("WorkerTask", "PortalTask", "BeatTask")}
    for family in re.findall(r"--task-definition (\S+)", DEPLOY):
        assert family.replace(stack, "shop") in made
    for function in re.findall(r"--function-name (\S+)", DEPLOY):
        assert function.replace(stack, "shop") == text(properties(PIPELINE, "Collect")["FunctionName"])
    assert f"`{text(properties(PORTAL, 'Log')['LogGroupName'])}`".replace("shop", stack) in DEPLOY


def test_a_new_account_which_can_reserve_nothing_can_be_deployed_to() -> None:
    assert "CollectConcurrency=0" in DEPLOY
    assert template(PIPELINE)["Parameters"]["CollectConcurrency"]["MinValue"] == 0
    for name, one in resources(PIPELINE, "AWS::Serverless::Function").items():
        condition, _, otherwise = one["Properties"]["ReservedConcurrentExecutions"]["Fn::If"]
        assert (condition, text(otherwise)) == ("Reserved", "<AWS::NoValue>"), name


def test_the_costs_count_what_the_templates_make() -> None:
    script = runpy.run_path(str(ROOT / "docs" / "costs.py"))
    for name, kind in (("SECRETS", "SecretsManager::Secret"), ("KEYS", "KMS::Key"), ("ALARMS", "CloudWatch::Alarm")):
        made = sum(len(resources(path, f"AWS::{kind}")) for path in (PIPELINE, PORTAL))
        assert script[name] == made, name


def test_the_page_of_costs_is_what_the_script_says() -> None:
    done = subprocess.run([sys.executable, "docs/costs.py"], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout == (ROOT / "docs" / "costs.md").read_text()
    other = [sys.executable, "docs/costs.py", "firehose_gb=1"]
    assert subprocess.run(other, cwd=ROOT, capture_output=True, text=True, check=True).stdout != done.stdout
