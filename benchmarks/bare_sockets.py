"""The least that a server of WebSockets can be: what one client says, all of them are told.

Started with the descriptor of a socket that listens.
"""

import asyncio
import socket
import sys

from websockets.asyncio.server import ServerConnection, broadcast, serve
from websockets.exceptions import ConnectionClosed

clients: set[ServerConnection] = set()


async def talk(client: ServerConnection) -> None:
    """Pass on what this one says, until it goes."""
    clients.add(client)
    try:
        async for message in client:
            broadcast(clients, message)
    except ConnectionClosed:
        return  # without a word, as all of them do at the end
    finally:
        clients.discard(client)


async def main() -> None:
    """Serve for good."""
    listening = socket.socket(fileno=int(sys.argv[1]))
    async with serve(talk, sock=listening, compression=None, ping_interval=None):
        await asyncio.get_running_loop().create_future()


if __name__ == "__main__":
    asyncio.run(main())
