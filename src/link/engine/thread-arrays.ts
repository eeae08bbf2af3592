/** Arrays of numbers that a thread beside may read and write. */
export type SharedArray =
  | Float64Array<ArrayBufferLike>
  | Float32Array<ArrayBufferLike>
  | Uint32Array<ArrayBufferLike>
  | Int32Array<ArrayBufferLike>
  | Uint16Array<ArrayBufferLike>
  | Uint8Array<ArrayBufferLike>;
type Kind<A> = new (buffer: SharedArrayBuffer) => A;

/**
 * V8 does not count shared memory, so that what is let go of would stay until something else makes it collect. To each buffer belongs an
 * ordinary one as long, which V8 counts, and which costs no memory because nobody ever writes into it.
 */
const counted = new WeakMap<SharedArrayBuffer, ArrayBuffer>();

/** An array of zeros. */
export function sharedArray<A extends SharedArray>(
  kind: Kind<A> & { readonly BYTES_PER_ELEMENT: number },
  length: number,
): A {
  const buffer = new SharedArrayBuffer(length * kind.BYTES_PER_ELEMENT);
  if (buffer.byteLength > LITTLE) counted.set(buffer, new ArrayBuffer(buffer.byteLength));
  return new kind(buffer);
}

const LITTLE = 2 ** 16;

const PART = 4096;
const isStated = (value: number): boolean => value !== 0;

/** The array itself where it is shared already, else a copy. */
export function inShared<A extends SharedArray>(array: A): A {
  return array.buffer instanceof SharedArrayBuffer ? array : sharedCopy(array);
}

/** One behind the other, where all threads see it. */
export function appended(one: Int32Array, other: Int32Array): Int32Array {
  const both = sharedArray(Int32Array, one.length + other.length);
  both.set(one);
  both.set(other, one.length);
  return both;
}

export function sharedCopy<A extends SharedArray>(array: A): A {
  const copy = sharedArray(array.constructor as Kind<A> & { readonly BYTES_PER_ELEMENT: number }, array.length);
  // What is all zeros costs no memory before it is written.
  for (let from = 0; from < array.length; from += PART) {
    const part = array.subarray(from, from + PART);
    if (part.some(isStated)) copy.set(part, from);
  }
  return copy;
}
