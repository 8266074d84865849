"""Dies of the name."""
from _peer import accept, hear

peer = accept()
number = float(hear(peer))
