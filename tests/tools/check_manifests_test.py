"""The manifests of deploy/ keep the rules, and each rule can fail."""

import copy
import os
import sys

import pytest
import yaml

TOOLS = os.path.join(os.path.dirname(__file__), "..", "..", "tools")
sys.path.insert(0, TOOLS)
import check_manifests  # pylint: disable=wrong-import-position
import manifest_policy  # pylint: disable=wrong-import-position

OVERLAYS = sorted((check_manifests.KUBERNETES / "overlays").iterdir())
COMPONENTS = sorted((check_manifests.KUBERNETES / "components").iterdir())
HELP = """
  --model TEXT   --listen TEXT   --metrics-listen TEXT   --device TEXT
  --dtype TEXT   --max-batch-size N   --max-queue-items N   --threads N
  --compute-threads N
  --lame-duck TEXT   --shutdown-grace TEXT
"""


@pytest.mark.parametrize("overlay", OVERLAYS, ids=lambda path: path.name)
def test_each_overlay_keeps_the_rules(overlay):
    assert check_manifests.problems_of(check_manifests.render(overlay)) == []


@pytest.fixture(name="with_components")
def fixture_with_components(tmp_path):
    """Renders the base with some components, as a user's overlay would."""

    def render(*components):
        relative = [
            os.path.relpath(path, tmp_path.resolve())
            for path in (check_manifests.KUBERNETES / "base", *components)
        ]
        (tmp_path / "kustomization.yaml").write_text(
            yaml.safe_dump({
                "kind": "Kustomization",
                "namespace": "somewhere",
                "resources": relative[:1],
                "components": relative[1:],
            }))
        return check_manifests.render(tmp_path)

    return render


@pytest.mark.parametrize("component", COMPONENTS, ids=lambda path: path.name)
def test_each_component_keeps_the_rules(with_components, component):
    objects = with_components(component)
    assert check_manifests.problems_of(objects) == []


def test_all_components_together_keep_the_rules(with_components):
    objects = with_components(*COMPONENTS)
    assert check_manifests.problems_of(objects) == []
    kinds = {obj["kind"] for obj in objects}
    assert {"ServiceMonitor", "PersistentVolumeClaim"} <= kinds


@pytest.fixture(name="rendered", scope="module")
def fixture_rendered():
    return check_manifests.render(OVERLAYS[0])


@pytest.fixture(name="objects")
def fixture_objects(rendered):
    """The CPU overlay by kind; the metrics service apart."""
    by_kind = {}
    for obj in copy.deepcopy(rendered):
        name = obj["metadata"]["name"]
        by_kind["Metrics" if name.endswith("-metrics") else obj["kind"]] = obj
    return by_kind


def problems_of(objects):
    """What the rules find, without the schemas, which take longer."""
    manifests = manifest_policy.Manifests(list(objects.values()))
    return "\n".join(
        manifest_policy.problems_of(manifests) +
        manifest_policy.setting_problems(manifests, HELP))


def at(objects, path):
    """(parent, last key) of a dotted path; numbers index lists."""
    *parents, last = (int(part) if part.isdigit() else part
                      for part in path.split("."))
    node = objects
    for part in parents:
        node = node[part]
    return node, last


POD = "Deployment.spec.template.spec"
CONTAINER = POD + ".containers.0"


@pytest.mark.parametrize("path, value, problem", [
    (f"{CONTAINER}.readinessProbe.periodSecond", 2, "'periodSecond' was"),
    (f"{CONTAINER}.readinessProbe.grpc.serviceName", "", "'serviceName' was"),
    (f"{CONTAINER}.livenessProbe.periodSeconds", "5", "not of type 'integer'"),
    (f"{CONTAINER}.securityContext.readOnlyRootFileSystem", True, "was unexp"),
    ("PodDisruptionBudget.spec.minAvailible", 1, "'minAvailible' was"),
    ("HorizontalPodAutoscaler.apiVersion", "autoscaling/v2beta2", "no schema"),
])
def test_the_schema_refuses(objects, path, value, problem):
    node, key = at(objects, path)
    node[key] = value
    problems = check_manifests.problems_of(list(objects.values()))
    assert problem in "\n".join(problems)


def test_the_schema_of_a_service_monitor_refuses_a_misspelt_field():
    monitor = {
        "apiVersion": "monitoring.coreos.com/v1",
        "kind": "ServiceMonitor",
        "metadata": {"name": "x"},
        "spec": {
            "selector": {},
            "endpoints": [{"port": "x", "intervall": "1s"}],
        },
    }
    problems = check_manifests.schema_problems([monitor])
    assert "intervall" in problems[0]


CHANGES = [
    ("Namespace.metadata.labels", {}, "pod security"),
    ("Service.metadata.namespace", "other", "not in the namespace"),
    ("Service.spec.selector", {"app": "other"}, "does not select"),
    ("PodDisruptionBudget.spec.selector", {}, "selects by no label"),
    ("NetworkPolicy.spec.podSelector", {}, "selects by no label"),
    (f"{POD}.topologySpreadConstraints.0.labelSelector.matchLabels",
     {"a": "b"}, "does not select"),
    ("Service.spec.ports.0.port", 50052, "port is not the container's"),
    ("Service.spec.ports.0.targetPort", "grcp", "port is not the container's"),
    ("Service.spec.ports.0.appProtocol", "http", "kubernetes.io/h2c"),
    ("Service.spec.clusterIP", "", "not headless"),
    (f"{CONTAINER}.livenessProbe", {"tcpSocket": {"port": 50051}},
     "livenessProbe: not a gRPC probe"),
    (f"{CONTAINER}.startupProbe.grpc.port", 9464, "not on the gRPC port"),
    (f"{CONTAINER}.readinessProbe.grpc.service", "clip.v1.Clip",
     "asks for a service"),
    (f"{CONTAINER}.startupProbe.failureThreshold", 3, "too short to load"),
    (f"{CONTAINER}.readinessProbe.failureThreshold", 30, "too long to notice"),
    (f"{CONTAINER}.livenessProbe.failureThreshold", 1, "short pause"),
    (f"{POD}.terminationGracePeriodSeconds", 55, "55 is not above 55"),
    (f"{CONTAINER}.lifecycle.preStop.sleep.seconds", 30, "60 is not above 80"),
    ("ConfigMap.data.CLIP_SERVER_LAME_DUCK", "15s", "below 50: lame"),
    ("ConfigMap.data.CLIP_SERVER_SHUTDOWN_GRACE", "1m", "60 is not above 70"),
    (f"{POD}.securityContext.runAsUser", 0, "non-root user"),
    (f"{POD}.securityContext.runAsNonRoot", False, "non-root user"),
    (f"{POD}.securityContext.seccompProfile.type", "Unconfined", "seccomp"),
    (f"{POD}.automountServiceAccountToken", True, "account token"),
    (f"{POD}.serviceAccountName", "default", "service account of its own"),
    (f"{POD}.hostNetwork", True, "hostNetwork"),
    (f"{CONTAINER}.securityContext.privileged", True, "privileged"),
    (f"{CONTAINER}.securityContext.allowPrivilegeEscalation", True,
     "privilege escalation"),
    (f"{CONTAINER}.securityContext.readOnlyRootFilesystem", False, "writable"),
    (f"{CONTAINER}.securityContext.capabilities.drop", ["KILL"],
     "capabilities"),
    (f"{CONTAINER}.volumeMounts", [], "no writable /tmp"),
    (f"{POD}.volumes.0.emptyDir", {}, "without sizeLimit"),
    (f"{POD}.volumes.0", {"name": "tmp", "hostPath": {"path": "/"}},
     "hostPath"),
    (f"{CONTAINER}.resources.requests.memory", "1Gi", "memory request"),
    (f"{CONTAINER}.resources.requests.cpu", "3", "is not the CPU request"),
    ("Deployment.spec.strategy.rollingUpdate.maxUnavailable", 1, "serving pod"),
    (f"{POD}.topologySpreadConstraints", [], "no topologySpread"),
    ("PodDisruptionBudget.spec.minAvailable", 0, "minAvailable is not 1"),
    ("HorizontalPodAutoscaler.spec.scaleTargetRef.name", "x", "something else"),
    ("HorizontalPodAutoscaler.spec.minReplicas", 1, "less than two"),
    ("HorizontalPodAutoscaler.spec.behavior.scaleDown"
     ".stabilizationWindowSeconds", 0, "within five minutes"),
    ("Deployment.spec.replicas", 2, "undo the autoscaler"),
    ("NetworkPolicy.spec.policyTypes", ["Ingress"], "both directions"),
    ("NetworkPolicy.spec.egress", [{}], "open connections"),
    ("NetworkPolicy.spec.ingress.0.from", [], "lets anyone in"),
    ("NetworkPolicy.spec.ingress.0.ports.0.port", 22, "opens a port"),
    (f"{CONTAINER}.envFrom.0.configMapRef.name", "other", "not referenced"),
    ("ConfigMap.data.CLIP_SERVER_LISTEN", "127.0.0.1:50051",
     "CLIP_SERVER_LISTEN is not the port"),
    ("ConfigMap.data.CLIP_SERVER_MAX_BATCHSIZE", "32", "is not a setting"),
    (f"{POD}.enableServiceLinks", True, "enableServiceLinks"),
    (f"{CONTAINER}.image", "clip-serving", "is not pinned"),
    (f"{CONTAINER}.image", "clip-serving:latest", "is not pinned"),
]


@pytest.mark.parametrize("path, value, problem", CHANGES,
                         ids=[f"{c[0].split('.')[-1]}-{i}"
                              for i, c in enumerate(CHANGES)])
def test_the_rules_refuse(objects, path, value, problem):
    assert problems_of(objects) == ""
    node, key = at(objects, path)
    node[key] = value
    assert problem in problems_of(objects)


def test_a_volume_other_than_scratch_must_be_mounted_read_only(with_components):
    objects = with_components(check_manifests.KUBERNETES / "components" /
                              "model-volume")
    by_kind = {obj["kind"]: obj for obj in objects}
    mounts, _ = at(by_kind, f"{CONTAINER}.volumeMounts.0")
    for mount in mounts:
        mount.pop("readOnly", None)
    problems = check_manifests.problems_of(objects)
    assert problems == ["volume models: mounted writable"]


def test_a_monitor_must_find_a_service(with_components):
    objects = with_components(check_manifests.KUBERNETES / "components" /
                              "servicemonitor")
    for obj in objects:
        if obj["kind"] == "ServiceMonitor":
            obj["spec"]["endpoints"][0]["port"] = "http"
    problems = check_manifests.problems_of(objects)
    assert problems == ["ServiceMonitor: no service has its labels and port"]
