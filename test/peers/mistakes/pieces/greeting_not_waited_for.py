"""Takes "nothing there yet" for the end: it closes with the greeting unread."""
import select

from _peer import connect

peer = connect()
select.select([peer], [], [], 10)  # the greeting is there, and nobody reads it
peer.close()
