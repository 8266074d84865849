/**
 * A program by which Wireshark lists the lab among its interfaces (extcap): a small shell script that answers Wireshark's questions and
 * leaves the capture to netlabctl. Pure.
 */

/** Words of `sh`, whatever is in them. */
const quoted = (text: string) => `'${text.replaceAll("'", "'\\''")}'`;

export interface Netlabctl {
  /** The Node that runs it. */
  readonly node: string;
  readonly program: string;
  readonly socket: string;
  readonly version: string;
}

export function extcapScript({ node, program, socket, version }: Netlabctl): string {
  return `#!/bin/sh
# netlabd's roles as an interface of Wireshark: written by netlabctl capture --install-extcap.
fifo= selector= what=
while [ $# -gt 0 ]; do
  case $1 in
    --extcap-interfaces) what=interfaces ;;
    --extcap-dlts) what=dlts ;;
    --extcap-config) what=config ;;
    --capture) what=capture ;;
    --fifo) fifo=$2; shift ;;
    --fifo=*) fifo=\${1#--fifo=} ;;
    --selector) selector=$2; shift ;;
    --selector=*) selector=\${1#--selector=} ;;
  esac
  shift
done
case $what in
  interfaces)
    echo 'extcap {version=${version}}{help=https://www.wireshark.org/docs/man-pages/extcap.html}'
    echo 'interface {value=netlabd}{display=netlabd lab: roles as Wireshark sees them}' ;;
  dlts) echo 'dlt {number=101}{name=RAW}{display=Raw IP}' ;;
  config)
    echo 'arg {number=0}{call=--selector}{display=Roles or connections}{tooltip=as in netlabctl conns: chat-1, c17, label=s042; empty is all}{type=string}' ;;
  capture)
    # Split at blanks: several terms must all hold.
    # shellcheck disable=SC2086
    exec ${quoted(node)} ${quoted(program)} --socket ${quoted(socket)} capture --live --out "$fifo" -- $selector ;;
esac
`;
}

/** Folders of a person's own where Wireshark looks: those that it names itself, and the two of its versions. */
export function extcapFolders(home: string, folders: string): string[] {
  const named = [...folders.matchAll(/^(?:Personal Extcap path|Extcap path):\s*(.+)$/gm)].map(
    ([, path = ""]) => path.trim(),
  );
  const own = named.filter((path) => path.startsWith(`${home}/`));
  return [...new Set([...own, `${home}/.config/wireshark/extcap`, `${home}/.local/lib/wireshark/extcap`])];
}
