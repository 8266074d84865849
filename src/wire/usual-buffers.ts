/** Sizes that lab programs give their fixed buffers [FRAME-4]. */
export const usualBuffers: ReadonlySet<number> = new Set([256, 512, 1024, 2048, 4096, 5000, 8192]);
