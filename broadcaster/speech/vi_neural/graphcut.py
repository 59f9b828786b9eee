"""Cut a part out of an ONNX model by working on its protobuf bytes, with the standard library alone.

An ONNX file is one `ModelProto`; its `graph` (field 7) holds nodes (1), initializers (5), inputs (11), outputs (12)
and value information (13). A part is the nodes that its outputs need, found backwards until the part's inputs, and
the initializers those nodes read. Field numbers: onnx.proto3 of ONNX, which promises never to reuse one.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

_VARINT, _FIXED64, _BYTES, _FIXED32 = 0, 1, 2, 5
_MODEL_GRAPH = 7
_GRAPH_NODE, _GRAPH_NAME, _GRAPH_INITIALIZER, _GRAPH_INPUT, _GRAPH_OUTPUT = 1, 2, 5, 11, 12
_NODE_INPUT, _NODE_OUTPUT = 1, 2
_TENSOR_NAME = 8
_VALUE_NAME = 1
_FLOAT = 1


class GraphError(ValueError):
    """Raised when bytes are not an ONNX model, or a tensor that a cut names is not in it."""


@dataclass(frozen=True, slots=True)
class _Node:
    raw: bytes
    inputs: tuple[str, ...]
    outputs: tuple[str, ...]


class Graph:
    """An ONNX model read once, from which parts are cut."""

    def __init__(self, model: bytes) -> None:
        """Index the model's nodes and initializers.

        Raises:
            GraphError: the bytes are no ONNX model.
        """
        view = memoryview(model)
        self._header: list[bytes] = []
        graph: memoryview | None = None
        try:
            for number, value, raw in _fields(view):
                if number == _MODEL_GRAPH and isinstance(value, memoryview):
                    graph = value
                else:
                    self._header.append(raw.tobytes())
            if graph is None:
                raise GraphError("no graph in the model")
            self._read(graph)
        except (IndexError, UnicodeDecodeError) as error:
            raise GraphError("not an ONNX model") from error

    def _read(self, graph: memoryview) -> None:
        self._nodes: list[_Node] = []
        self._initializers: dict[str, memoryview] = {}
        self._values: dict[str, memoryview] = {}
        for number, value, _ in _fields(graph):
            if not isinstance(value, memoryview):
                continue
            if number == _GRAPH_NODE:
                self._nodes.append(_read_node(value))
            elif number == _GRAPH_INITIALIZER:
                self._initializers[_name(value, _TENSOR_NAME)] = value
            elif number in {_GRAPH_INPUT, _GRAPH_OUTPUT}:
                self._values[_name(value, _VALUE_NAME)] = value

    def cut(self, inputs: Mapping[str, Sequence[int | str]], outputs: Sequence[str]) -> bytes:
        """A model that computes `outputs` from `inputs` alone.

        Args:
            inputs: name of each input, with its shape; a named dimension is free. An input that the whole model has
                too keeps its own type and shape; any other is float32.
            outputs: names of the tensors wanted.

        Raises:
            GraphError: an output is not made by the model, or needs an input that was not named.
        """
        maker = {name: index for index, node in enumerate(self._nodes) for name in node.outputs}
        kept: set[int] = set()
        constants: set[str] = set()
        wanted = list(outputs)
        while wanted:
            name = wanted.pop()
            if not name or (name in inputs and name not in outputs):
                continue
            if name in self._initializers:
                constants.add(name)
            elif name in maker:
                if maker[name] not in kept:
                    kept.add(maker[name])
                    wanted += self._nodes[maker[name]].inputs
            else:
                raise GraphError(f"nothing makes {name!r}")
        parts = [_field(_GRAPH_NODE, self._nodes[index].raw) for index in sorted(kept)]
        parts.append(_field(_GRAPH_NAME, b"part"))
        parts += [_field(_GRAPH_INITIALIZER, value) for name, value in self._initializers.items() if name in constants]
        for name, shape in inputs.items():
            own = self._values.get(name)
            parts.append(_field(_GRAPH_INPUT, _float_value(name, shape) if own is None else own))
        parts += [_field(_GRAPH_OUTPUT, _float_value(name, None)) for name in outputs]
        return b"".join([*self._header, _field(_MODEL_GRAPH, b"".join(parts))])


def _fields(view: memoryview) -> Iterator[tuple[int, memoryview | int, memoryview]]:
    """Yield number, value and raw bytes of each field of a protobuf message."""
    at = 0
    while at < len(view):
        start = at
        key, at = _read_varint(view, at)
        number, kind = key >> 3, key & 7
        value: memoryview | int
        if kind == _VARINT:
            value, at = _read_varint(view, at)
        elif kind == _BYTES:
            size, at = _read_varint(view, at)
            value, at = view[at : at + size], at + size
        elif kind in {_FIXED32, _FIXED64}:
            size = 4 if kind == _FIXED32 else 8
            value, at = view[at : at + size], at + size
        else:
            raise GraphError(f"wire type {kind} is not protobuf 3")
        if at > len(view):
            raise GraphError("a field ends after its message")
        yield number, value, view[start:at]


def _read_varint(view: memoryview, at: int) -> tuple[int, int]:
    result = shift = 0
    while True:
        byte = view[at]
        at += 1
        result |= (byte & 0x7F) << shift
        if byte < 0x80:
            return result, at
        shift += 7


def _varint(value: int) -> bytes:
    out = bytearray()
    while value > 0x7F:
        out.append(value & 0x7F | 0x80)
        value >>= 7
    out.append(value)
    return bytes(out)


def _field(number: int, value: bytes | memoryview) -> bytes:
    return b"".join([_varint(number << 3 | _BYTES), _varint(len(value)), value])


def _name(message: memoryview, number: int) -> str:
    for found, value, _ in _fields(message):
        if found == number and isinstance(value, memoryview):
            return value.tobytes().decode()
    return ""


def _read_node(message: memoryview) -> _Node:
    names: dict[int, list[str]] = {_NODE_INPUT: [], _NODE_OUTPUT: []}
    for number, value, _ in _fields(message):
        if number in names and isinstance(value, memoryview):
            names[number].append(value.tobytes().decode())
    return _Node(message.tobytes(), tuple(names[_NODE_INPUT]), tuple(names[_NODE_OUTPUT]))


def _float_value(name: str, shape: Sequence[int | str] | None) -> bytes:
    """A `ValueInfoProto` of a float32 tensor; without a shape when the runtime is to infer it."""
    tensor = b"".join([_varint(1 << 3 | _VARINT), _varint(_FLOAT)])
    if shape is not None:
        dims = b"".join(
            _field(1, _varint(1 << 3 | _VARINT) + _varint(d) if isinstance(d, int) else _field(2, d.encode()))
            for d in shape
        )
        tensor += _field(2, dims)
    return _field(1, name.encode()) + _field(2, _field(1, tensor))
