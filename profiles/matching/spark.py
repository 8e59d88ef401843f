"""The pairs that blocking proposes, compared on Spark: for more people than one machine holds. Training stays on DuckDB.

What Spark reads and gives goes through Arrow; needs the extra `spark` and Java 17 or newer."""

import os
import shutil
import sys
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from importlib.util import find_spec
from typing import TYPE_CHECKING

import pyarrow as pa

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

SETTINGS = {
    "spark.ui.enabled": "false",
    "spark.driver.maxResultSize": "0",  # the driver's memory is the limit
    "spark.sql.session.timeZone": "UTC",
    "spark.ui.showConsoleProgress": "false",
    # The comparisons are more than Java takes as one method, and put into each other they take minutes to plan.
    "spark.sql.codegen.wholeStage": "false",
    "spark.sql.optimizer.excludedRules": "org.apache.spark.sql.catalyst.optimizer.CollapseProject",
}


@dataclass(frozen=True)
class Spark:
    """`scratch`: a directory that every worker reaches, for what is between two steps; empty: this machine's own."""

    master: str = "local[2]"
    memory: str = "2g"  # of the driver, which with a local master does all the work
    scratch: str = ""


class NoSpark(RuntimeError):
    """Spark can't be used here; the message says what to install."""


def what_is_missing() -> str:
    """What to install before Spark can be used; empty where it can."""
    if find_spec("pyspark") is None:
        return "Spark is not installed: pip install --require-hashes -r requirements-spark.lock"
    java = f"{os.environ['JAVA_HOME']}/bin/java" if os.environ.get("JAVA_HOME") else "java"
    if shutil.which(java) is None:
        return "Spark needs Java 17 or newer: apt-get install openjdk-17-jre-headless, or set JAVA_HOME"
    return ""


@contextmanager
def session(wanted: Spark) -> Iterator["SparkSession"]:
    """Spark with Splink's functions (without their jar it has no jaro_winkler); stopped at the end."""
    if missing := what_is_missing():
        raise NoSpark(missing)
    os.environ.setdefault("PYSPARK_PYTHON", sys.executable)
    from pyspark.sql import SparkSession
    from splink.backends.spark import similarity_jar_location

    made = {**SETTINGS, "spark.jars": similarity_jar_location(), "spark.driver.memory": wanted.memory}
    if wanted.master.startswith("local"):
        made |= {"spark.sql.shuffle.partitions": "4", "spark.driver.host": "127.0.0.1"}
    building = SparkSession.builder.master(wanted.master).appName("idportal matching")
    for name, value in made.items():
        building = building.config(name, value)
    running = building.getOrCreate()
    running.sparkContext.setLogLevel("ERROR")
    with tempfile.TemporaryDirectory(prefix="idportal-spark-") as own:
        running.sparkContext.setCheckpointDir(wanted.scratch or own)
        try:
            yield running
        finally:
            running.stop()


def read(running: "SparkSession", tables: Mapping[str, pa.Table]) -> None:
    for name, table in tables.items():
        running.createDataFrame(table).createOrReplaceTempView(name)
