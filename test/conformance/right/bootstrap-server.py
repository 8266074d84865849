"""A registry that keeps every rule; what it was told is in STORE (a file) before anything else is done with it.

    bootstrap-server.py PORT [STORE]
"""
import ipaddress
import os
import sys
import threading
import time

from _server import PORT, answer_datagrams

STORE = sys.argv[2] if len(sys.argv) > 2 else "registry.txt"
DATAGRAM = 1400
entries = {}
refused = {}
lock = threading.Lock()


def answers(data, sender):
    with lock:
        word, *fields = data.decode(errors="replace").split("\0")[0].rstrip("\r\n").split(",")
        if word == "REGISTRN" and len(fields) == 4:
            why = change("+", fields)
        elif word == "DEREGISTR" and len(fields) == 3:
            why = change("-", fields)
        elif word == "DISCOVERY" and len(fields) <= 1 and fields != [""]:
            return listing(fields)
        else:
            why = {"": "empty datagram", "bye": "only its operator stops the registry"}.get(word, "not understood")
        return error(why, sender) if why else []


def change(sign, fields):
    (ip, port), *rest = fields[:2], *fields[2:]
    if why := fault(ip, port, rest):
        return why
    key = (ip, int(port))
    if sign == "-" and (key not in entries or entries[key][1] != rest[0]):
        return "no such entry"
    with open(STORE, "a") as store:
        store.write(",".join([sign, *fields]) + "\n")
        store.flush()
        os.fsync(store.fileno())
    apply(sign, fields)
    return None


def apply(sign, fields):
    key = (fields[0], int(fields[1]))
    entries.pop(key, None)
    if sign == "+":
        entries[key] = fields[2:]


def fault(ip, port, rest):
    try:
        ipaddress.ip_address("" if "%" in ip else ip)
    except ValueError:
        return "ip is no address"
    if not (port.isascii() and port.isdigit() and len(port) <= 5 and 1 <= int(port) <= 65535):
        return "port is no number from 1 to 65535"
    return None if all(1 <= len(one) <= 64 for one in rest) else "service and token have 1 to 64 characters"


def listing(wanted):
    """[BOOT-4]"""
    datagrams = []
    for ip in sorted({ip for ip, _ in entries}):
        parts = [f",{port},{kind},{token}" for (of, port), (kind, token) in sorted(entries.items())
                 if of == ip and wanted in ([], [kind])]
        if parts:
            datagrams.append(ip)
        for part in parts:
            if datagrams[-1] != ip and len((datagrams[-1] + part).encode()) > DATAGRAM:
                datagrams.append(ip)
            datagrams[-1] += part
    return [text.encode() for text in [*datagrams, "end"]]


def error(why, sender):
    """[BOOT-6] Once a second and sender, a hundred times a second in all."""
    second = int(time.time())
    if refused.get("second") != second:
        refused.clear()
        refused["second"] = second
    if sender in refused or len(refused) > 100:
        return []
    refused[sender] = True
    return [f"ERROR,{why}".encode()]


if os.path.exists(STORE):
    with open(STORE) as store:
        for line in store:
            sign, *fields = line.rstrip("\n").split(",")
            apply(sign, fields)
answer_datagrams(answers, PORT)
