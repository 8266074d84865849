"""A registry on asyncio's DatagramProtocol, which keeps its list in a dictionary and, for a new start, in JSON.

    bootstrap_asyncio.py PORT STORE
"""
import asyncio
import json
import sys
from ipaddress import ip_address
from pathlib import Path

STORE = Path(sys.argv[2])


class Registry(asyncio.DatagramProtocol):
    def connection_made(self, transport):
        self.transport = transport
        self.servers = json.loads(STORE.read_text()) if STORE.exists() else {}

    def datagram_received(self, data, addr):
        text = data.partition(b"\0")[0].decode("utf-8", "replace").strip()
        match text.split(","):
            case ["DISCOVERY"]:
                self.list(addr, lambda service: True)
            case ["DISCOVERY", wanted]:
                self.list(addr, lambda service: service == wanted)
            case ["REGISTRN", ip, port, service, token]:
                self.register(addr, ip, port, service, token)
            case ["DEREGISTR", ip, port, token]:
                if self.servers.get(f"{ip} {port}", ["", ""])[1] == token:
                    del self.servers[f"{ip} {port}"]
                    self.keep()
            case _:
                self.transport.sendto(b"ERROR,what?", addr)

    def register(self, addr, ip, port, service, token):
        try:
            ip_address(ip)
            assert 1 <= int(port) <= 65535 and 1 <= len(service) <= 64 and 1 <= len(token) <= 64
        except (ValueError, AssertionError):
            return self.transport.sendto(b"ERROR,no registration", addr)
        self.servers[f"{ip} {port}"] = [service, token]
        self.keep()

    def keep(self):
        STORE.write_text(json.dumps(self.servers))

    def list(self, addr, wanted):
        lines = {}
        for place, (service, token) in self.servers.items():
            ip, port = place.split()
            if not wanted(service):
                continue
            pieces = lines.setdefault(ip, [ip])
            more = f",{port},{service},{token}"
            if len(pieces[-1] + more) > 1400:
                pieces.append(ip)
            pieces[-1] += more
        for ip in sorted(lines):
            for line in lines[ip]:
                self.transport.sendto(line.encode(), addr)
        self.transport.sendto(b"end", addr)


async def main():
    loop = asyncio.get_running_loop()
    await loop.create_datagram_endpoint(Registry, local_addr=("127.0.0.1", int(sys.argv[1])))
    await asyncio.Event().wait()


asyncio.run(main())
