"""How Flower is served; it reads this file from the folder it is started in, after FLOWER_… variables.

Whoever reaches Flower may read every task and stop workers, so beyond loopback it wants a password.
"""

import os
import sys

from tornado.options import options

from judge import log_lines
from judge.config import is_loopback

log_lines.begin("flower")

address = options.address or "127.0.0.1"  # Flower's own default is every address there is
port = int(os.environ.get("PORT", "5555"))
if not is_loopback(address) and not options.basic_auth:
    sys.exit(f"flower: set FLOWER_BASIC_AUTH=user:password to listen on {address}, beyond loopback")
