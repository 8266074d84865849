/** Properties are tried with chance that is written down, so that a run says the same as the one before; another seed: `NETLABD_SEED`. */
import fc from "fast-check";

fc.configureGlobal({ seed: Number(process.env.NETLABD_SEED ?? 20_261_130) });
