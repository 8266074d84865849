"""An address book that keeps every rule; BOOK has lines of address,name.

    address-book-server.py PORT BOOK
"""
import csv
import struct
import sys

from _server import PORT, serve

UNKNOWN_PROTOCOL = "Error: Unknown message protocol"
# Headers that programs are known to use, as struct knows them, with the longest text that each can tell [BOOK-1].
FORMS = {"<cb": 127, ">ch": 32767, "<ch": 32767, ">ci": 1 << 20, "<ci": 1 << 20, "<cxxxi": 1 << 20, "<cxh": 32767}
TELL_APART = 0.2

with open(sys.argv[2], newline="") as file:
    book = {row[0]: row[1] for row in csv.reader(file) if len(row) > 1}
folded = {email.strip().lower(): name for email, name in reversed(book.items())}


def talk(peer):
    form, email = query(peer)
    if form is None:
        return
    name = UNKNOWN_PROTOCOL if email is None else book.get(email) or folded.get(email.strip().lower(), "Error 404")
    body = name.encode()[: FORMS[form]].decode(errors="ignore").encode()
    peer.send(struct.pack(form, b"R", len(body)) + body)


def query(peer):
    """Form and address; no address: no query; no form: nothing came."""
    while True:
        found = [(form, *read_as(form, peer.bytes)) for form in FORMS]
        whole = [(form, email) for form, state, email in found if state == "whole"]
        is_open = any(state == "open" for _, state, _ in found)
        if peer.bytes and not peer.bytes.startswith(b"Q"):
            return "<cb", None
        if len(whole) == 1 and not is_open or whole and peer.ended:
            return whole[0]
        if peer.ended:
            return ("<cb", None) if peer.bytes else (None, None)
        if not peer.read(TELL_APART if whole or (peer.bytes and not is_open) else None) and not peer.ended:
            return chosen(whole, peer.bytes)


def chosen(whole, data):
    """What could not be told apart in time is read as the one-byte form."""
    if len(whole) == 1:
        return whole[0]
    if whole:
        return ("<cxxxi", "") if len(data) == 8 else ("<cb", "")
    length = data[1]
    if 0 < length <= min(127, len(data) - 2):
        return "<cb", data[2:2 + length].decode(errors="replace")
    return "<cb", None


def read_as(form, data):
    size = struct.calcsize(form)
    if len(data) < size:
        zeros = data[1:1 + form.count("x")]
        return ("open", None) if not zeros.strip(b"\0") else ("impossible", None)
    kind, length = struct.unpack(form, data[:size])
    body = data[size:size + max(length, 0)]
    if kind != b"Q" or data[1:1 + form.count("x")].strip(b"\0") or not 0 <= length <= 255:
        return "impossible", None
    if length == 0:
        return ("impossible", None) if data[size:].strip(b"\0") else ("whole", "")
    if any(byte < 9 or 13 < byte < 32 or byte in (127, 255) for byte in body.rstrip(b"\0")) or body[:1] == b"\0":
        return "impossible", None
    return ("whole", body.decode(errors="replace").rstrip("\0")) if len(body) == length else ("open", None)


serve(talk, PORT)
