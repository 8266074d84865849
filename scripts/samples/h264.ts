/**
 * H.264 video (ITU-T H.264, Constrained Baseline) without compression: a macroblock is either written as it
 * is (I_PCM) or skipped because it looks as in the picture before. Every H.264 decoder plays that, and no
 * transform, prediction or entropy coder is needed to write it.
 */
import { type Canvas, PALETTE, type Rgb } from "./canvas.ts";

const MACROBLOCK = 16;
const NAL = { slice: 1, idr: 5, sps: 7, pps: 8 } as const;
/** Level 3.0 holds far larger pictures and higher rates than this film has. */
const PROFILE = { idc: 66, constraints: 0xc0, level: 30 } as const;
const FRAME_NUM_BITS = 4;
/** `mb_type` of I_PCM; in a P slice the five types of P macroblocks come first. */
const I_PCM = { inI: 25, inP: 5 + 25 } as const;

export interface Video {
  readonly sps: Buffer;
  readonly pps: Buffer;
  /** One NAL unit per picture; the first is the only one that needs no other. */
  readonly pictures: readonly Buffer[];
}

/** All pictures have one size, a multiple of 16 both ways. */
export function encodeVideo(pictures: readonly Canvas[]): Video {
  const [first] = pictures;
  if (!first) throw new Error("a film needs a picture");
  return {
    sps: sequenceParameters(first),
    pps: pictureParameters(),
    pictures: pictures.map((picture, index) => slice(picture, pictures[index - 1], index)),
  };
}

function sequenceParameters({ width, height }: Canvas): Buffer {
  const bits = new BitWriter();
  bits.bytes([PROFILE.idc, PROFILE.constraints, PROFILE.level]);
  bits.ue(0); // seq_parameter_set_id
  bits.ue(FRAME_NUM_BITS - 4); // log2_max_frame_num_minus4
  bits.ue(2); // pic_order_cnt_type: shown in the order of coding
  bits.ue(1); // max_num_ref_frames
  bits.u(1, 0); // gaps_in_frame_num_value_allowed_flag
  bits.ue(width / MACROBLOCK - 1); // pic_width_in_mbs_minus1
  bits.ue(height / MACROBLOCK - 1); // pic_height_in_map_units_minus1
  bits.u(1, 1); // frame_mbs_only_flag
  bits.u(1, 1); // direct_8x8_inference_flag
  bits.u(1, 0); // frame_cropping_flag
  bits.u(1, 0); // vui_parameters_present_flag
  return nalUnit(NAL.sps, bits.finish());
}

function pictureParameters(): Buffer {
  const bits = new BitWriter();
  bits.ue(0); // pic_parameter_set_id
  bits.ue(0); // seq_parameter_set_id
  bits.u(1, 0); // entropy_coding_mode_flag: CAVLC
  bits.u(1, 0); // bottom_field_pic_order_in_frame_present_flag
  bits.ue(0); // num_slice_groups_minus1
  bits.ue(0); // num_ref_idx_l0_default_active_minus1
  bits.ue(0); // num_ref_idx_l1_default_active_minus1
  bits.u(3, 0); // weighted_pred_flag, weighted_bipred_idc
  bits.se(0); // pic_init_qp_minus26
  bits.se(0); // pic_init_qs_minus26
  bits.se(0); // chroma_qp_index_offset
  bits.u(1, 1); // deblocking_filter_control_present_flag: each slice switches it off
  bits.u(2, 0); // constrained_intra_pred_flag, redundant_pic_cnt_present_flag
  return nalUnit(NAL.pps, bits.finish());
}

function slice(picture: Canvas, before: Canvas | undefined, index: number): Buffer {
  const bits = new BitWriter();
  writeSliceHeader(bits, before === undefined, index);
  if (before) writeChanges(bits, picture, before);
  else writeWhole(bits, picture);
  return nalUnit(before ? NAL.slice : NAL.idr, bits.finish());
}

function writeSliceHeader(bits: BitWriter, isFirst: boolean, index: number): void {
  bits.ue(0); // first_mb_in_slice
  bits.ue(isFirst ? 7 : 5); // slice_type: this and all slices of the picture are I, or P
  bits.ue(0); // pic_parameter_set_id
  bits.u(FRAME_NUM_BITS, index % 2 ** FRAME_NUM_BITS); // frame_num
  if (isFirst) {
    bits.ue(0); // idr_pic_id
    bits.u(2, 0); // no_output_of_prior_pics_flag, long_term_reference_flag
  } else {
    bits.u(2, 0); // num_ref_idx_active_override_flag, ref_pic_list_modification_flag_l0
    bits.u(1, 0); // adaptive_ref_pic_marking_mode_flag
  }
  bits.se(0); // slice_qp_delta
  bits.ue(1); // disable_deblocking_filter_idc
}

function writeWhole(bits: BitWriter, picture: Canvas): void {
  for (const [left, top] of macroblocks(picture)) {
    bits.ue(I_PCM.inI);
    writeSamples(bits, picture, left, top);
  }
}

/** A skipped macroblock copies the one before it, as no neighbour here ever moves. */
function writeChanges(bits: BitWriter, picture: Canvas, before: Canvas): void {
  let skipped = 0;
  for (const [left, top] of macroblocks(picture)) {
    if (isSame(picture, before, left, top)) {
      skipped++;
    } else {
      bits.ue(skipped); // mb_skip_run
      bits.ue(I_PCM.inP);
      writeSamples(bits, picture, left, top);
      skipped = 0;
    }
  }
  if (skipped > 0) bits.ue(skipped);
}

function* macroblocks({ width, height }: Canvas): Generator<readonly [left: number, top: number]> {
  for (let top = 0; top < height; top += MACROBLOCK) {
    for (let left = 0; left < width; left += MACROBLOCK) yield [left, top];
  }
}

function isSame(one: Canvas, other: Canvas, left: number, top: number): boolean {
  return [...block(left, top, 1)].every(([x, y]) => one.at(x, y) === other.at(x, y));
}

/** 4:2:0: brightness for each pixel, then each colour difference for each square of four. */
function writeSamples(bits: BitWriter, picture: Canvas, left: number, top: number): void {
  bits.align();
  bits.bytes(Array.from(block(left, top, 1), ([x, y]) => component(picture.at(x, y), 0)));
  for (const which of [1, 2] as const) {
    bits.bytes(Array.from(block(left, top, 2), ([x, y]) => meanOfFour(picture, x, y, which)));
  }
}

function* block(left: number, top: number, step: number): Generator<readonly [x: number, y: number]> {
  for (let y = top; y < top + MACROBLOCK; y += step) {
    for (let x = left; x < left + MACROBLOCK; x += step) yield [x, y];
  }
}

function meanOfFour(picture: Canvas, x: number, y: number, which: 1 | 2): number {
  const four = [picture.at(x, y), picture.at(x + 1, y), picture.at(x, y + 1), picture.at(x + 1, y + 1)];
  return Math.round(four.reduce((sum, colour) => sum + component(colour, which), 0) / 4);
}

const YCBCR = PALETTE.map(yCbCr);

function component(colour: number, which: 0 | 1 | 2): number {
  return YCBCR[colour]?.[which] ?? 0;
}

/** ITU-R BT.601, limited range: never 0, so that samples never look like a start code. */
function yCbCr([red, green, blue]: Rgb): readonly [y: number, cb: number, cr: number] {
  const y = 16 + (65.481 * red + 128.553 * green + 24.966 * blue) / 255;
  const cb = 128 + (-37.797 * red - 74.203 * green + 112 * blue) / 255;
  const cr = 128 + (112 * red - 93.786 * green - 18.214 * blue) / 255;
  return [Math.round(y), Math.round(cb), Math.round(cr)];
}

/** Every unit is a reference (`nal_ref_idc` 3): each picture builds on the one before. */
function nalUnit(type: number, payload: readonly number[]): Buffer {
  return Buffer.from([(3 << 5) | type, ...escaped(payload)]);
}

/** Two zeros in a row are followed by a 3 where a start code or another escape could be read. */
function* escaped(payload: readonly number[]): Generator<number> {
  let zeros = 0;
  for (const byte of payload) {
    if (zeros >= 2 && byte <= 3) {
      yield 3;
      zeros = 0;
    }
    yield byte;
    zeros = byte === 0 ? zeros + 1 : 0;
  }
}

/** Bits from the highest to the lowest, with the Exp-Golomb numbers of the standard's clause 9.1. */
class BitWriter {
  readonly #bytes: number[] = [];
  #current = 0;
  #count = 0;

  u(width: number, value: number): void {
    for (let bit = width - 1; bit >= 0; bit--) {
      this.#current = (this.#current << 1) | ((value >> bit) & 1);
      if (++this.#count === 8) this.#flush();
    }
  }

  ue(value: number): void {
    const width = 32 - Math.clz32(value + 1);
    this.u(width - 1, 0);
    this.u(width, value + 1);
  }

  se(value: number): void {
    this.ue(value > 0 ? 2 * value - 1 : -2 * value);
  }

  /** Zeros up to the next byte. */
  align(): void {
    if (this.#count > 0) this.u(8 - this.#count, 0);
  }

  bytes(values: readonly number[]): void {
    for (const value of values) this.u(8, value);
  }

  /** The stop bit and the alignment that end every payload. */
  finish(): readonly number[] {
    this.u(1, 1);
    this.align();
    return this.#bytes;
  }

  #flush(): void {
    this.#bytes.push(this.#current);
    this.#current = 0;
    this.#count = 0;
  }
}
