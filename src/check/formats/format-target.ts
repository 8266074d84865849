/** Words of `--format`: `junit=results.xml`, `tap`, which is the same as `tap=-`. */

export interface Target<Name extends string> {
  readonly format: Name;
  /** Undefined: standard output. */
  readonly file: string | undefined;
}

/** Undefined: there is no such format. */
export function targetOf<Name extends string>(
  word: string,
  names: readonly Name[],
): Target<Name> | undefined {
  const [name = "", ...rest] = word.split("=");
  const format = names.find((one) => one === name);
  const file = rest.join("=");
  return format && { format, file: file === "" || file === "-" ? undefined : file };
}
