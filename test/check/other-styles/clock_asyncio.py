"""A clock on asyncio, which answers a moment later and from a task of its own.   clock_asyncio.py PORT"""
import asyncio
import sys
import time

FORMS = {b"SEND_DATE": "%m/%d/%y", b"SEND_TIME": "%H:%M:%S"}


class Clock(asyncio.DatagramProtocol):
    def connection_made(self, transport):
        self.transport = transport

    def datagram_received(self, data, addr):
        asyncio.ensure_future(self.answer(data, addr))

    async def answer(self, data, addr):
        await asyncio.sleep(0.02)
        form = FORMS.get(data.rstrip(b"\0").rstrip())
        self.transport.sendto((time.strftime(form) if form else "Invalid request").encode(), addr)


async def main():
    loop = asyncio.get_running_loop()
    await loop.create_datagram_endpoint(Clock, local_addr=("0.0.0.0", int(sys.argv[1])))
    await loop.create_future()


asyncio.run(main())
