"""The rules that the rendered Kubernetes manifests must keep.

Each rule is a function that takes Manifests and yields one line for each
violation. The rules assume objects that the schemas accept. They know the one
Deployment of the project; they are not a general linter.
"""

import re

GRPC_PORT, METRICS_PORT = "grpc", "metrics"
HEALTH_SERVICES = ("", "clip.v1.ClipService")
# The longest call that a drain must wait for.
LONGEST_CALL_SECONDS = 30
# Left over before whoever waits loses patience and kills.
SPARE_SECONDS = 5
CLUSTER_SCOPED = ("Namespace",)


class Manifests:
    """The objects of one overlay, by kind."""

    def __init__(self, objects):
        self.objects = objects
        self.deployment = self.one("Deployment")
        self.template = self.deployment["spec"]["template"]
        self.pod = self.template["spec"]
        self.container, = self.pod["containers"]
        self.pod_labels = self.template["metadata"]["labels"]
        self.ports = {
            port["name"]: port["containerPort"]
            for port in self.container["ports"]
        }

    def all(self, kind):
        return [obj for obj in self.objects if obj["kind"] == kind]

    def one(self, kind):
        found = self.all(kind)
        if len(found) != 1:
            raise ValueError(f"expected one {kind}, found {len(found)}")
        return found[0]

    def settings(self):
        """The environment of the container, as the config map gives it."""
        maps = {
            obj["metadata"]["name"]: obj["data"]
            for obj in self.all("ConfigMap")
        }
        merged = {}
        for source in self.container.get("envFrom", []):
            merged.update(maps.get(source["configMapRef"]["name"], {}))
        for variable in self.container.get("env", []):
            merged[variable["name"]] = variable.get("value")
        return merged


def seconds(duration):
    """`5s`, `200ms` or `1m` in seconds."""
    number, unit = re.fullmatch(r"([0-9.]+)(ms|s|m)", duration).groups()
    return float(number) * {"ms": 0.001, "s": 1, "m": 60}[unit]


def namespaces(m):
    namespace = m.one("Namespace")
    name = namespace["metadata"]["name"]
    labels = namespace["metadata"].get("labels", {})
    if labels.get("pod-security.kubernetes.io/enforce") != "restricted":
        yield "namespace: pod security is not enforced as restricted"
    for obj in m.objects:
        if (obj["kind"] not in CLUSTER_SCOPED and
                obj["metadata"].get("namespace") != name):
            yield f"{obj['kind']}: not in the namespace {name}"


def _selectors(m):
    """(where, labels) of everything that is to select the pods."""
    yield "Deployment", m.deployment["spec"]["selector"]["matchLabels"]
    for service in m.all("Service"):
        where = f"Service {service['metadata']['name']}"
        yield where, service["spec"].get("selector")
    for kind, field in (("PodDisruptionBudget", "selector"), ("NetworkPolicy",
                                                              "podSelector")):
        for obj in m.all(kind):
            yield kind, obj["spec"].get(field, {}).get("matchLabels")
    for spread in m.pod.get("topologySpreadConstraints", []):
        labels = spread.get("labelSelector", {}).get("matchLabels")
        yield "topologySpreadConstraints", labels


def selectors(m):
    for where, labels in _selectors(m):
        if not labels:
            yield f"{where}: selects by no label"
        elif not labels.items() <= m.pod_labels.items():
            yield f"{where}: does not select the pods"


def monitors(m):
    for monitor in m.all("ServiceMonitor"):
        wanted = monitor["spec"]["selector"]["matchLabels"].items()
        ports = {
            port["name"]
            for service in m.all("Service")
            if wanted <= service["metadata"].get("labels", {}).items()
            for port in service["spec"]["ports"]
        }
        for endpoint in monitor["spec"]["endpoints"]:
            if endpoint["port"] not in ports:
                yield "ServiceMonitor: no service has its labels and port"


def services(m):
    served = set()
    for service in m.all("Service"):
        spec, name = service["spec"], service["metadata"]["name"]
        for port in spec["ports"]:
            served.add(port["targetPort"])
            if m.ports.get(port["targetPort"]) != port["port"]:
                yield f"Service {name}: port is not the container's"
            if port["targetPort"] != GRPC_PORT:
                continue
            if spec.get("clusterIP") != "None":
                yield f"Service {name}: not headless, clients cannot balance"
            if port.get("appProtocol") != "kubernetes.io/h2c":
                yield f"Service {name}: appProtocol is not kubernetes.io/h2c"
    if served != {GRPC_PORT, METRICS_PORT}:
        yield "Service: the API and the metrics need a service each"


def probes(m):
    for name in ("startupProbe", "readinessProbe", "livenessProbe"):
        probe = m.container.get(name)
        if probe is None or "grpc" not in probe:
            yield f"{name}: not a gRPC probe"
            continue
        if probe["grpc"]["port"] != m.ports.get(GRPC_PORT):
            yield f"{name}: not on the gRPC port"
        if probe["grpc"].get("service", "") not in HEALTH_SERVICES:
            yield f"{name}: asks for a service that has no health"


def probe_timing(m):
    if _patience(m, "startupProbe") < 120:
        yield "startupProbe: too short to load and warm up a large model"
    if _patience(m, "readinessProbe") > 10:
        yield "readinessProbe: takes too long to notice"
    if _patience(m, "livenessProbe") < 15:
        yield "livenessProbe: would restart a pod for a short pause"


def _patience(m, probe_name):
    """Seconds of failures until the probe acts; Kubernetes' defaults."""
    probe = m.container.get(probe_name, {})
    return probe.get("periodSeconds", 10) * probe.get("failureThreshold", 3)


def grace(m):
    settings = m.settings()
    parts = ("CLIP_SERVER_LAME_DUCK", "CLIP_SERVER_SHUTDOWN_GRACE")
    if not all(part in settings for part in parts):
        yield f"environment: {' and '.join(parts)} are not both set"
        return
    lame_duck, shutdown = (seconds(settings[part]) for part in parts)
    needed = lame_duck + LONGEST_CALL_SECONDS + SPARE_SECONDS
    if shutdown < needed:
        yield (f"environment: {parts[1]} is below {needed:g}: lame duck, "
               f"the longest call and {SPARE_SECONDS}")
    sleep = m.container.get("lifecycle", {}).get("preStop", {}).get("sleep", {})
    needed = sleep.get("seconds", 0) + shutdown + SPARE_SECONDS
    given = m.pod.get("terminationGracePeriodSeconds", 30)
    if given <= needed:
        yield (f"terminationGracePeriodSeconds: {given} is not above "
               f"{needed:g}: preStop, shutdown grace and {SPARE_SECONDS}")


def pod_security(m):
    context = m.pod.get("securityContext", {})
    if not context.get("runAsNonRoot") or context.get("runAsUser", 0) <= 10000:
        yield "pod: not run as a non-root user above 10000"
    if context.get("seccompProfile", {}).get("type") != "RuntimeDefault":
        yield "pod: seccompProfile is not RuntimeDefault"
    if m.pod.get("automountServiceAccountToken") is not False:
        yield "pod: mounts a service account token"
    if m.pod.get("serviceAccountName") not in {
            obj["metadata"]["name"] for obj in m.all("ServiceAccount")
    }:
        yield "pod: has no service account of its own"
    for field in ("hostNetwork", "hostPID", "hostIPC"):
        if m.pod.get(field):
            yield f"pod: {field}"


def container_security(m):
    context = m.container.get("securityContext", {})
    if context.get("privileged"):
        yield "container: privileged"
    if context.get("allowPrivilegeEscalation") is not False:
        yield "container: allows privilege escalation"
    if context.get("readOnlyRootFilesystem") is not True:
        yield "container: the root file system is writable"
    capabilities = context.get("capabilities", {})
    if capabilities.get("drop") != ["ALL"] or capabilities.get("add"):
        yield "container: keeps capabilities"


def volumes(m):
    writable = {
        mount["name"]: mount["mountPath"]
        for mount in m.container.get("volumeMounts", [])
        if not mount.get("readOnly")
    }
    if "/tmp" not in writable.values():
        yield "volumes: no writable /tmp"
    for volume in m.pod.get("volumes", []):
        if "hostPath" in volume:
            yield f"volume {volume['name']}: hostPath"
        if "emptyDir" in volume and not volume["emptyDir"].get("sizeLimit"):
            yield f"volume {volume['name']}: emptyDir without sizeLimit"
        if "emptyDir" not in volume and volume["name"] in writable:
            yield f"volume {volume['name']}: mounted writable"


def resources(m):
    requests = m.container["resources"]["requests"]
    limits = m.container["resources"]["limits"]
    if requests.get("memory") != limits.get("memory"):
        yield "resources: the memory request is not the limit"
    settings = m.settings()
    for name in ("CLIP_SERVER_THREADS", "CLIP_SERVER_COMPUTE_THREADS"):
        if settings.get(name) != requests.get("cpu"):
            yield f"resources: {name} is not the CPU request"


def rollout(m):
    strategy = m.deployment["spec"].get("strategy", {}).get("rollingUpdate", {})
    if strategy.get("maxUnavailable") != 0 or strategy.get("maxSurge") != 1:
        yield "Deployment: a rollout may take a serving pod away"
    if not m.pod.get("topologySpreadConstraints"):
        yield "Deployment: no topologySpreadConstraints"
    budget = m.one("PodDisruptionBudget")["spec"]
    if budget.get("minAvailable") != 1:
        yield "PodDisruptionBudget: minAvailable is not 1"


def autoscaling(m):
    scaler = m.one("HorizontalPodAutoscaler")["spec"]
    target = scaler["scaleTargetRef"]
    if (target["kind"], target["name"]) != (
            "Deployment", m.deployment["metadata"]["name"]):
        yield "HorizontalPodAutoscaler: scales something else"
    if scaler.get("minReplicas", 1) < 2:
        yield "HorizontalPodAutoscaler: less than two replicas"
    if "replicas" in m.deployment["spec"]:
        yield "Deployment: replicas would undo the autoscaler at each apply"
    down = scaler.get("behavior", {}).get("scaleDown", {})
    if down.get("stabilizationWindowSeconds", 300) < 300:
        yield "HorizontalPodAutoscaler: scales down within five minutes"


def network(m):
    spec = m.one("NetworkPolicy")["spec"]
    if set(spec.get("policyTypes", [])) != {"Ingress", "Egress"}:
        yield "NetworkPolicy: does not rule both directions"
    if spec.get("egress"):
        yield "NetworkPolicy: lets the server open connections"
    for rule in spec.get("ingress", []):
        if not rule.get("from"):
            yield "NetworkPolicy: lets anyone in"
        ports = {port.get("port") for port in rule.get("ports", [])}
        if not ports or not ports <= m.ports.keys():
            yield "NetworkPolicy: opens a port that is not the container's"


def environment(m):
    settings = m.settings()
    if not settings:
        yield "environment: the config map is not referenced"
        return
    for name, port in (("CLIP_SERVER_LISTEN", GRPC_PORT),
                       ("CLIP_SERVER_METRICS_LISTEN", METRICS_PORT)):
        if settings.get(name) != f"0.0.0.0:{m.ports.get(port)}":
            yield f"environment: {name} is not the port {port}"
    # Variables of a service named clip-server would read as settings.
    if m.pod.get("enableServiceLinks") is not False:
        yield "environment: enableServiceLinks is not false"
    image = m.container["image"]
    if not re.search(r"(@sha256:[0-9a-f]{64}|:[^:/]+)$",
                     image) or image.endswith(":latest"):
        yield f"image: {image} is not pinned"


def setting_problems(m, server_help):
    """Settings that are no flag in the server's --help text."""
    flags = set(re.findall(r"--([a-z][a-z0-9-]*)", server_help))
    prefix = "CLIP_SERVER_"
    return [
        f"environment: {name} is not a setting of the server"
        for name in m.settings()
        if name.startswith(prefix) and
        name[len(prefix):].lower().replace("_", "-") not in flags
    ]


RULES = (namespaces, selectors, monitors, services, probes, probe_timing, grace,
         pod_security, container_security, volumes, resources, rollout,
         autoscaling, network, environment)


def problems_of(m):
    """What every rule finds."""
    return [problem for rule in RULES for problem in rule(m)]
