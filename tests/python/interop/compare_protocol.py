"""Compares our definition of the Open Inference Protocol with tritonclient's.

    compare_protocol.py DESCRIPTOR_SET

Prints, as a JSON list, every method, field and enum value of ours that
tritonclient does not have, or has otherwise.
"""

import json
import pathlib
import sys

from google.protobuf import descriptor_pb2
from tritonclient.grpc import model_config_pb2, service_pb2


def short(type_name):
    """Of ".inference.ModelInferRequest.InferInputTensor" the last name."""
    return type_name.rsplit(".", 1)[-1]


def shape_of(field):
    return (field.name, field.type, field.label, short(field.type_name),
            field.HasField("oneof_index"))


def messages_of(file):
    """Full name -> DescriptorProto, messages inside messages included."""
    found = {}

    def add(message, prefix):
        found[prefix + message.name] = message
        for inner in message.nested_type:
            add(inner, f"{prefix}{message.name}.")

    for message in file.message_type:
        add(message, "")
    return found


def compare_messages(ours, theirs):
    for name, message in ours.items():
        if name not in theirs:
            yield f"message {name}"
            continue
        known = {field.number: shape_of(field) for field in theirs[name].field}
        for field in message.field:
            if known.get(field.number) != shape_of(field):
                yield f"{name}.{field.name} = {field.number}"


def methods_of(file):
    service, = file.service
    return service.name, {
        (method.name, short(method.input_type), short(method.output_type))
        for method in service.method
    }


def values_of(file):
    return {(enum.name, value.name, value.number)
            for enum in file.enum_type for value in enum.value}


def main(arguments):
    files = descriptor_pb2.FileDescriptorSet.FromString(
        pathlib.Path(arguments[1]).read_bytes())
    ours, = [f for f in files.file if f.package == "inference"]
    service, config = (descriptor_pb2.FileDescriptorProto() for _ in range(2))
    service_pb2.DESCRIPTOR.CopyToProto(service)
    model_config_pb2.DESCRIPTOR.CopyToProto(config)
    assert service.package == config.package == ours.package
    assert methods_of(ours)[0] == methods_of(service)[0]
    theirs = {**messages_of(service), **messages_of(config)}
    different = list(compare_messages(messages_of(ours), theirs))
    different += map(str, methods_of(ours)[1] - methods_of(service)[1])
    different += map(str, values_of(ours) - values_of(config))
    print(json.dumps(different))


if __name__ == "__main__":
    main(sys.argv)
