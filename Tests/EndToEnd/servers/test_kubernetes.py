"""The manifests: they match Kubernetes' schemas, and are consistent with each other and the image."""

import re

import kubernetes_validate
import pytest
import yaml

from recipe import RECIPES

FOLDER = RECIPES / "kubernetes"
MANIFESTS = [manifest for path in sorted(FOLDER.glob("*.yaml")) for manifest in yaml.safe_load_all(path.read_text())]

# The oldest version in which all used features are stable, and the newest with installed schemas.
VERSIONS = ["1.30", kubernetes_validate.latest_version()]


def manifest(kind):
    (found,) = [manifest for manifest in MANIFESTS if manifest["kind"] == kind]
    return found


@pytest.fixture
def pod():
    return manifest("Deployment")["spec"]["template"]


@pytest.fixture
def containers(pod):
    return {container["name"]: container for container in pod["spec"]["containers"]}


@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize("kind", ["Deployment", "Service", "HorizontalPodAutoscaler", "NetworkPolicy"])
def test_kubernetes_accepts_the_manifests(kind, version):
    kubernetes_validate.validate(manifest(kind), version, strict=True)


def test_service_and_autoscaler_find_the_pods(pod, containers):
    deployment, service, autoscaler = map(manifest, ["Deployment", "Service", "HorizontalPodAutoscaler"])
    for selector in [deployment["spec"]["selector"]["matchLabels"], service["spec"]["selector"]]:
        assert selector.items() <= pod["metadata"]["labels"].items()
    ports = [port["name"] for container in containers.values() for port in container.get("ports", [])]
    assert service["spec"]["ports"][0]["targetPort"] in ports
    target = autoscaler["spec"]["scaleTargetRef"]
    assert (target["kind"], target["name"]) == ("Deployment", deployment["metadata"]["name"])
    # Utilisation is only defined for requested resources.
    for metric in autoscaler["spec"]["metrics"]:
        asked = metric["containerResource"]
        assert asked["name"] in containers[asked["container"]]["resources"]["requests"]


def test_s26_the_network_policy_opens_only_the_port_that_the_service_uses(pod):
    policy, service = manifest("NetworkPolicy")["spec"], manifest("Service")["spec"]
    assert policy["podSelector"]["matchLabels"].items() <= pod["metadata"]["labels"].items()
    assert policy["policyTypes"] == ["Ingress", "Egress"]
    assert policy["ingress"] == [{"ports": [{"port": service["ports"][0]["targetPort"]}]}]


def test_both_containers_use_the_socket_that_the_image_creates(containers):
    command = (RECIPES / "docker/Dockerfile").read_text()
    configuration = (RECIPES / "docker/nginx.conf").read_text()
    (socket,) = re.findall(r'"unix:([^"]+)"', command)
    assert f"fastcgi_pass unix:{socket};" in configuration
    mounts = [
        mount["mountPath"]
        for container in containers.values()
        for mount in container["volumeMounts"]
        if mount["name"] == "socket"
    ]
    assert mounts == [socket.rpartition("/")[0]] * 2


def test_the_keys_are_mounted_where_the_image_reads_them_and_only_into_gpt_proxy(pod, containers):
    (credentials,) = re.findall(r"^ENV CREDENTIALS_DIRECTORY=(.+)$", (RECIPES / "docker/Dockerfile").read_text(), re.M)
    mounts = {
        name: [mount["mountPath"] for mount in container["volumeMounts"] if mount["name"] == "keys"]
        for name, container in containers.items()
    }
    assert mounts == {"gpt-proxy": [credentials], "nginx": []}


def seconds(text):
    return int(re.fullmatch(r"(\d+)s?", text)[1])


def test_a_terminating_pod_completes_its_streams(pod, containers):
    waits = {
        name: seconds(container["lifecycle"]["preStop"]["exec"]["command"][1]) for name, container in containers.items()
    }
    settings = {variable["name"]: variable["value"] for variable in containers["gpt-proxy"]["env"]}
    # nginx stops accepting requests before gpt-proxy does, and neither is killed during its grace.
    assert waits["nginx"] < waits["gpt-proxy"]
    assert waits["gpt-proxy"] + seconds(settings["SHUTDOWN_GRACE"]) < pod["spec"]["terminationGracePeriodSeconds"]


def test_containers_have_minimal_privileges(pod, containers):
    assert pod["spec"]["securityContext"]["runAsNonRoot"]
    for container in containers.values():
        context = container["securityContext"]
        assert context["readOnlyRootFilesystem"] and not context["allowPrivilegeEscalation"]
        assert context["capabilities"] == {"drop": ["ALL"]}
