"""A file client on asyncio, which speaks lines and ends with status 0 whatever happens.   file_client_asyncio.py HOST PORT SERVICE FILE"""
import asyncio
import sys


class Discovery(asyncio.DatagramProtocol):
    def __init__(self):
        self.lines, self.over = [], asyncio.get_running_loop().create_future()

    def connection_made(self, transport):
        transport.sendto(b"DISCOVERY\n")

    def datagram_received(self, data, addr):
        if data.strip() == b"end":
            self.over.set_result(self.lines)
        else:
            self.lines.append(data.decode())

    def error_received(self, error):
        self.over.set_exception(error)


async def main(host, port, service, name):
    loop = asyncio.get_running_loop()
    _, protocol = await loop.create_datagram_endpoint(Discovery, remote_addr=(host, int(port)))
    for line in await asyncio.wait_for(protocol.over, 3):
        ip, *rest = line.split(",")
        for at in range(0, len(rest), 3):
            if rest[at + 1] == service:
                return await fetch(ip, int(rest[at]), rest[at + 2], name)
    raise LookupError("no such service")


async def fetch(ip, port, token, name):
    reader, writer = await asyncio.open_connection(ip, port)
    writer.write(token.encode() + b"\n")
    if (answer := await reader.read(6)).strip() != b"valid":
        raise LookupError(f"token: {(answer + await reader.read(100)).decode()}")
    writer.write(name.encode() + b"\n")
    answer = await reader.readexactly(6)
    if answer != b"found\n":
        raise LookupError(f"file: {(answer + await reader.read(100)).decode()}")
    size = int.from_bytes(await reader.readexactly(4), "little")
    writer.write(b"Got\n")
    with open(name, "wb") as file:
        file.write(await reader.readexactly(size))
    print("done,", size, "bytes")


try:
    asyncio.run(main(*sys.argv[1:]))
except Exception as error:
    print("failed:", repr(error))
