/** [FILE-6] The port to which a program without `htons` really connects: 1236 is 0x04D4, so 0xD404. */
export function byteSwapped(port: number): number {
  return ((port & 0xff) << 8) | (port >> 8);
}
