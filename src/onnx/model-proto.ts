/**
 * The bytes of an ONNX model (onnx.proto3, IR version 8): nodes, initialisers, inputs and outputs of
 * one graph. Field numbers are those of the protocol, as far as an export needs them.
 */
import { BinaryWriter, WireType } from '@bufbuild/protobuf/wire';

/** Opset 17 is the last that needs no IR version above 8. */
const IR_VERSION = 8;
export const OPSET = 17;

/** Numbers of TensorProto.DataType. */
export const DATA_TYPES = { float: 1, int32: 6, int64: 7, bool: 9, double: 11 } as const;
export type DataType = keyof typeof DATA_TYPES;

export type TensorValues = Float32Array | Float64Array | Int32Array | BigInt64Array | Uint8Array;

/** Row-major. Booleans are bytes. */
export interface Initialiser {
  readonly name: string;
  readonly shape: readonly number[];
  readonly values: TensorValues;
}

/** A number, numbers (an attribute of several integers), or a word. */
export type Attribute =
  | { readonly int: number }
  | { readonly ints: readonly number[] }
  | { readonly float: number }
  | { readonly text: string };

export interface GraphNode {
  readonly op: string;
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  readonly attributes: Readonly<Record<string, Attribute>>;
}

/** Of an input or an output; a size that differs from call to call has a name. */
export interface TensorInfo {
  readonly name: string;
  readonly type: DataType;
  readonly shape: readonly (number | string)[];
}

export interface OnnxGraph {
  readonly name: string;
  readonly says: string;
  readonly inputs: readonly TensorInfo[];
  readonly outputs: readonly TensorInfo[];
  readonly nodes: readonly GraphNode[];
  readonly initialisers: readonly Initialiser[];
}

/** @param metadata texts by name, for whoever opens the file */
export function modelBytes(
  graph: OnnxGraph,
  producer: { readonly name: string; readonly version: string },
  metadata: Readonly<Record<string, string>>,
): Uint8Array {
  const writer = new BinaryWriter();
  writer.tag(1, WireType.Varint).int64(IR_VERSION);
  text(writer, 2, producer.name);
  text(writer, 3, producer.version);
  message(writer, 7, () => writeGraph(writer, graph));
  message(writer, 8, () => {
    text(writer, 1, '');
    writer.tag(2, WireType.Varint).int64(OPSET);
  });
  for (const [key, value] of Object.entries(metadata)) {
    message(writer, 14, () => {
      text(writer, 1, key);
      text(writer, 2, value);
    });
  }
  return writer.finish();
}

function writeGraph(writer: BinaryWriter, graph: OnnxGraph): void {
  for (const node of graph.nodes) message(writer, 1, () => writeNode(writer, node));
  text(writer, 2, graph.name);
  for (const tensor of graph.initialisers) message(writer, 5, () => writeTensor(writer, tensor));
  text(writer, 10, graph.says);
  for (const input of graph.inputs) message(writer, 11, () => writeInfo(writer, input));
  for (const output of graph.outputs) message(writer, 12, () => writeInfo(writer, output));
}

function writeNode(writer: BinaryWriter, { op, inputs, outputs, attributes }: GraphNode): void {
  for (const name of inputs) text(writer, 1, name);
  for (const name of outputs) text(writer, 2, name);
  text(writer, 4, op);
  for (const [name, value] of Object.entries(attributes)) {
    message(writer, 5, () => {
      text(writer, 1, name);
      writeAttribute(writer, value);
    });
  }
}

function writeAttribute(writer: BinaryWriter, value: Attribute): void {
  const type = (number: number): void => {
    writer.tag(20, WireType.Varint).int32(number);
  };
  if ('float' in value) {
    writer.tag(2, WireType.Bit32).float(value.float);
    type(1);
  } else if ('int' in value) {
    writer.tag(3, WireType.Varint).int64(value.int);
    type(2);
  } else if ('text' in value) {
    text(writer, 4, value.text);
    type(3);
  } else {
    for (const int of value.ints) writer.tag(8, WireType.Varint).int64(int);
    type(7);
  }
}

function writeTensor(writer: BinaryWriter, { name, shape, values }: Initialiser): void {
  for (const size of shape) writer.tag(1, WireType.Varint).int64(size);
  writer.tag(2, WireType.Varint).int32(DATA_TYPES[dataTypeOf(values)]);
  text(writer, 8, name);
  writer
    .tag(9, WireType.LengthDelimited)
    .bytes(new Uint8Array(values.buffer, values.byteOffset, values.byteLength));
}

function dataTypeOf(values: TensorValues): DataType {
  if (values instanceof Float32Array) return 'float';
  if (values instanceof Float64Array) return 'double';
  if (values instanceof Int32Array) return 'int32';
  return values instanceof BigInt64Array ? 'int64' : 'bool';
}

function writeInfo(writer: BinaryWriter, { name, type, shape }: TensorInfo): void {
  text(writer, 1, name);
  const dimensions = (): void => {
    for (const size of shape) {
      message(writer, 1, () => {
        if (typeof size === 'string') text(writer, 2, size);
        else writer.tag(1, WireType.Varint).int64(size);
      });
    }
  };
  message(writer, 2, () =>
    message(writer, 1, () => {
      writer.tag(1, WireType.Varint).int32(DATA_TYPES[type]);
      message(writer, 2, dimensions);
    }),
  );
}

function message(writer: BinaryWriter, field: number, write: () => void): void {
  writer.tag(field, WireType.LengthDelimited).fork();
  write();
  writer.join();
}

const text = (writer: BinaryWriter, field: number, value: string): void => {
  writer.tag(field, WireType.LengthDelimited).string(value);
};
