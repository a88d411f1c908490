"""What lies in deploy/ agrees with the judge: the settings, commands, paths and times that it names."""

import re
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from judge.autoscale.fleet import GRACE_S
from judge.cli import _COMMANDS
from judge.config import Settings
from judge.tasks.lifecycle import DRAIN_S
from judge.web import create_app
from judge.web.shapes import Queue
from tests.conftest import REPOSITORY
from tests.servers import Servers

DEPLOY = REPOSITORY / "deploy"
MANIFESTS = sorted((DEPLOY / "kubernetes").glob("*.yaml"))
UNITS = sorted((DEPLOY / "systemd").glob("*.service"))
SETTINGS = {
    name.upper() if field.validation_alias else f"JUDGE_{name.upper()}"
    for name, field in Settings.model_fields.items()
}
OF_FLOWER = {"FLOWER_BASIC_AUTH"}


def documents() -> Iterator[dict[str, Any]]:
    """Every object of the manifests."""
    for path in MANIFESTS:
        yield from yaml.safe_load_all(path.read_text())


def object_of(kind: str, name: str = "") -> dict[str, Any]:
    """The one object of a kind and name."""
    [found] = [
        one for one in documents() if one["kind"] == kind and (not name or one["metadata"]["name"] == name)
    ]
    return found


def containers() -> Iterator[tuple[dict[str, Any], dict[str, Any]]]:
    """Each container with its pod."""
    for one in documents():
        if one["kind"] in ("Deployment", "Job"):
            pod = one["spec"]["template"]["spec"]
            for container in pod["containers"]:
                yield container, pod


def compose() -> dict[str, Any]:
    """The services of the compose file that run the judge's image."""
    services = yaml.safe_load((DEPLOY / "compose.yaml").read_text())["services"]
    return {name: service for name, service in services.items() if service["image"] == "judge"}


def seconds(text: str) -> float:
    """A compose file's duration."""
    return float(text.removesuffix("s"))


def named_in_kubernetes() -> set[str]:
    names = {variable["name"] for container, _ in containers() for variable in container["env"]}
    return names | set(object_of("ConfigMap")["data"])


def named_in_units() -> set[str]:
    return {
        name
        for unit in UNITS
        for name in re.findall(r"^Environment=([A-Z_]+)=", unit.read_text(), re.MULTILINE)
    }


def named_in_the_image() -> set[str]:
    return set(re.findall(r"\b([A-Z_]+)=", (DEPLOY / "Dockerfile").read_text())) - {"PATH"}


def test_every_variable_is_a_setting() -> None:
    """A name that nobody reads would be a wish that nobody hears."""
    of_compose = {name for service in compose().values() for name in service["environment"]}
    assert named_in_kubernetes() | named_in_units() | named_in_the_image() <= SETTINGS
    assert of_compose <= SETTINGS | OF_FLOWER
    assert {"DATABASE_URL", "REDIS_URL", "SECRET_KEY"} <= of_compose & named_in_kubernetes()


def test_every_command_exists() -> None:
    """What the containers and units start."""
    commands = {service["command"][0] for name, service in compose().items() if name != "flower"}
    assert commands == {"migrate", "web", "autoscale", "beat", "courier"}
    started = {container["args"][0] for container, _ in containers()}
    assert started == {"migrate", "web", "worker", "beat", "courier"}
    units = {
        re.search(r"^ExecStart=/srv/judge/.venv/bin/judge (\w+)", unit.read_text(), re.MULTILINE)[1]  # type: ignore[index]
        for unit in UNITS
    }
    assert commands | started | units <= set(_COMMANDS)


def test_everything_has_time_to_drain() -> None:
    """What ends it with SIGKILL waits for longer than a drain takes."""
    assert DRAIN_S < GRACE_S == 25
    for name in ("worker", "courier"):
        assert seconds(compose()[name]["stop_grace_period"]) > GRACE_S
    for container, pod in containers():
        if container["name"] in ("worker", "courier", "web"):
            assert pod["terminationGracePeriodSeconds"] > GRACE_S
    for unit in UNITS:
        assert "\nTimeoutStopSec=40\n" in unit.read_text()
        assert "\nKillMode=mixed\n" in unit.read_text()


def test_ports_and_paths_are_the_web_process_s(servers: Servers) -> None:
    """Service, probes and trigger lead to it."""
    paths = {rule.rule for rule in create_app().url_map.iter_rules()}
    [web] = [container for container, _ in containers() if container["name"] == "web"]
    [port] = web["ports"]
    assert {"name": "PORT", "value": str(port["containerPort"])} in web["env"]
    for probe in ("readinessProbe", "livenessProbe"):
        assert web[probe]["httpGet"]["port"] == port["name"]
        assert web[probe]["httpGet"]["path"] in paths
    service = object_of("Service")
    assert service["spec"]["ports"][0]["targetPort"] == port["name"]
    labels = object_of("Deployment", "judge-web")["spec"]["template"]["metadata"]["labels"]
    assert service["spec"]["selector"] == labels
    metadata = object_of("ScaledObject")["spec"]["triggers"][0]["metadata"]
    host, _, path = metadata["url"].removeprefix("http://").partition("/")
    assert f"/{path}" in paths
    assert host.split(".")[0] == service["metadata"]["name"]
    assert host in object_of("ConfigMap")["data"]["JUDGE_HOSTS"].split(",")
    assert metadata["valueLocation"] in Queue.model_fields
    published = compose()["web"]["ports"][0].split(":")[1]
    assert str(compose()["web"]["environment"]["PORT"]) == published


def test_what_refers_to_something_finds_it() -> None:
    """Labels, targets, secrets and files."""
    for one in documents():
        if one["kind"] == "Deployment":
            spec = one["spec"]
            assert spec["selector"]["matchLabels"] == spec["template"]["metadata"]["labels"]
    scaled = object_of("ScaledObject")["spec"]
    assert object_of("Deployment", scaled["scaleTargetRef"]["name"])
    assert "replicas" not in object_of("Deployment", scaled["scaleTargetRef"]["name"])["spec"]
    assert object_of("TriggerAuthentication", scaled["triggers"][0]["authenticationRef"]["name"])
    listed = object_of("Kustomization")["resources"]
    assert {path.name for path in MANIFESTS} == {*listed, "kustomization.yaml"}
    for service in compose().values():
        assert (DEPLOY / service["build"]["context"] / service["build"]["dockerfile"]).is_file()
    redis = yaml.safe_load((DEPLOY / "compose.yaml").read_text())["services"]["redis"]
    assert (DEPLOY / redis["volumes"][0].partition(":")[0]).is_file()


def test_no_secret_stands_in_a_file() -> None:
    """They come from outside, or there is no start."""
    for container, _ in containers():
        for variable in container["env"]:
            if variable["name"] in ("DATABASE_URL", "REDIS_URL", "SECRET_KEY"):
                assert "value" not in variable
    for name, service in compose().items():
        for variable in {"SECRET_KEY", "FLOWER_BASIC_AUTH"} & service["environment"].keys():
            assert str(service["environment"][variable]).startswith("${" + variable + ":?"), name


def test_only_the_worker_has_more_rights() -> None:
    """And no container is privileged, or root."""
    assert [name for name, service in compose().items() if "security_opt" in service] == ["worker"]
    assert not [name for name, service in compose().items() if "privileged" in service]
    for container, _ in containers():
        context = container["securityContext"]
        assert context["runAsNonRoot"]
        assert not context["allowPrivilegeEscalation"]
        confined = context["seccompProfile"]["type"] == "RuntimeDefault"
        assert confined == (container["name"] != "worker")


def test_what_nobody_has_run_says_so() -> None:
    """In its first line."""
    for path in [DEPLOY / "Dockerfile", DEPLOY / "compose.yaml", *MANIFESTS, *UNITS]:
        first = path.read_text().splitlines()[0]
        assert re.match(
            r"# (Nobody has (built|run|applied) th|Checked by systemd-analyze, not yet run)", first
        ), path


@pytest.mark.parametrize("unit", UNITS, ids=lambda unit: unit.stem)
def test_systemd_reads_its_units(unit: Path, tmp_path: Path) -> None:
    """Where it is at hand; with a program that is there in the place of ours."""
    if shutil.which("systemd-analyze") is None:
        pytest.skip("needs systemd-analyze")
    copy = tmp_path / unit.name
    copy.write_text(unit.read_text().replace("/srv/judge/.venv/bin/judge", "/bin/true"))
    done = subprocess.run(["systemd-analyze", "verify", copy], capture_output=True, text=True, timeout=60)
    assert not [line for line in done.stderr.splitlines() if unit.name in line], done.stderr
