"""A calculator on asyncio: one read is one message."""
import asyncio
import operator
import sys

SIGNS = {"+": operator.add, "-": operator.sub, "*": operator.mul, "/": operator.truediv}


def answer(text):
    words = text.split()
    if len(words) != 3:
        return "Incorrect expression format"
    try:
        a, b = float(words[0]), float(words[2])
    except ValueError:
        return "Incorrect expression format"
    if words[1] not in SIGNS:
        return "Incorrect operator"
    try:
        return str(SIGNS[words[1]](a, b))
    except ZeroDivisionError:
        return "Division by zero"


async def talk(reader, writer):
    try:
        await reader.read(1024)
        while data := await reader.read(1024):
            text = data.decode("utf-8", "replace").strip()
            if text == "q":
                break
            writer.write(answer(text).encode())
            await writer.drain()
    except ConnectionError:
        pass
    finally:
        writer.close()


async def main():
    server = await asyncio.start_server(talk, "127.0.0.1", int(sys.argv[1]), backlog=64)
    async with server:
        await server.serve_forever()


asyncio.run(main())
