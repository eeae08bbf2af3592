import { constants, type Stats } from 'node:fs';
import { open, type FileHandle } from 'node:fs/promises';
import { unreadable } from './unreadable-delivery.js';

const CHUNK = 128 * 1024;

/**
 * One file, opened once: all passes read the same bytes, even where a new file takes its name meanwhile. A link or a pipe is not opened.
 * Throws the system's error where it cannot be opened, `UnreadableDelivery` where it is no regular file.
 */
export async function openSource(path: string): Promise<Source> {
  const handle = await open(path, constants.O_RDONLY | (constants.O_NOFOLLOW ?? 0) | (constants.O_NONBLOCK ?? 0));
  const stats = await handle.stat();
  if (!stats.isFile()) {
    await handle.close();
    throw unreadable('DELIVERY_UNREADABLE', 'not a regular file');
  }
  return new Source(handle, stats);
}

export class Source {
  /** How far the latest pass has read. */
  position = 0;

  constructor(
    readonly handle: FileHandle,
    readonly stats: Stats,
  ) {}

  /** The bytes from the start. A chunk is good until the next is asked for: one buffer serves for all. */
  async *chunks(): AsyncGenerator<Buffer> {
    const buffer = Buffer.allocUnsafeSlow(CHUNK);
    let position = 0;
    for (;;) {
      const { bytesRead } = await this.handle.read(buffer, 0, CHUNK, position);
      if (bytesRead === 0) return;
      position += bytesRead;
      this.position = position;
      yield buffer.subarray(0, bytesRead);
    }
  }

  async head(bytes: number): Promise<Buffer> {
    const buffer = Buffer.alloc(Math.min(bytes, this.stats.size));
    const { bytesRead } = await this.handle.read(buffer, 0, buffer.length, 0);
    return buffer.subarray(0, bytesRead);
  }

  /** A file that is still being written gives another picture on every pass. */
  async mustBeUnchanged(): Promise<void> {
    const now = await this.handle.stat();
    if (now.size !== this.stats.size || now.mtimeMs !== this.stats.mtimeMs) {
      throw unreadable('DELIVERY_UNREADABLE', 'the file changed while it was read');
    }
  }

  async close(): Promise<void> {
    await this.handle.close();
  }
}
