"""Published networks as onnxruntime runs them fast: one thread, any size, PReLU as convolutions.

What is rewritten gives the same numbers; the files stay as they are published. onnxruntime works
through a PReLU value by value: of SFace's 43 ms, 28. As two convolutions of a channel each, it
costs 0.2 ms (measured; docs/face-verification.md).
"""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import onnx
import onnxruntime
from google.protobuf.message import DecodeError
from onnx import ModelProto, NodeProto, TensorProto, helper, numpy_helper

_ERRORS_ONLY = 3  # it warns of each size that is not the published one


class UnknownNetworkError(Exception):
    """A file is not a network that can be run."""


def opened(file: Path) -> onnxruntime.InferenceSession:
    """Opens a network on one thread, safe to use after a fork; raises UnknownNetworkError."""
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    options.log_severity_level = _ERRORS_ONLY
    try:
        model = onnx.load(file)
        _take_any_size(model)
        _write_prelu_as_convolutions(model)
        return onnxruntime.InferenceSession(
            model.SerializeToString(), options, providers=["CPUExecutionProvider"]
        )
    except (DecodeError, RuntimeError, ValueError) as fault:
        raise UnknownNetworkError(file.name) from fault


def _take_any_size(model: ModelProto) -> None:
    """Names height and width, and takes weights out of the inputs: nobody gives others."""
    weights = {tensor.name for tensor in model.graph.initializer}
    inputs = [one for one in model.graph.input if one.name not in weights]
    for one in inputs:
        for number, size in enumerate(one.type.tensor_type.shape.dim):
            if number > 1:  # after the batch and the colours
                size.dim_param = f"{one.name}_{number}"
    del model.graph.input[:]
    model.graph.input.extend(inputs)


def _write_prelu_as_convolutions(model: ModelProto) -> None:
    """Writes x + (1 - a) max(-x, 0), with the signs and 1 - a as weights of a channel each."""
    graph = model.graph
    weights = {tensor.name: tensor for tensor in graph.initializer}
    nodes = list(graph.node)
    del graph.node[:]
    for node in nodes:
        if node.op_type == "PRelu" and node.input[1] in weights:
            slopes = numpy_helper.to_array(weights[node.input[1]]).reshape(-1)
            graph.initializer.extend(_weights(node, slopes))
            graph.node.extend(_as_convolutions(node, len(slopes)))
        else:
            graph.node.append(node)


def _weights(node: NodeProto, slopes: np.ndarray) -> Iterator[TensorProto]:
    negative = np.full_like(slopes, -1.0)
    for name, values in (("signs", negative), ("rest", 1 - slopes)):
        yield numpy_helper.from_array(values.reshape(-1, 1, 1, 1), f"{node.output[0]}_{name}")


def _as_convolutions(node: NodeProto, channels: int) -> Iterator[NodeProto]:
    given, out = node.input[0], node.output[0]

    def each(of: str, by: str, to: str) -> NodeProto:
        names = [of, f"{out}_{by}"], [f"{out}_{to}"]
        return helper.make_node("Conv", *names, group=channels, kernel_shape=[1, 1])

    yield each(given, "signs", "turned")
    yield helper.make_node("Relu", [f"{out}_turned"], [f"{out}_below"])
    yield each(f"{out}_below", "rest", "lifted")
    yield helper.make_node("Add", [given, f"{out}_lifted"], [out])
