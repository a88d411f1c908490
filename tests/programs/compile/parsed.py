import os

os.system("touch /code/ran")
# coding: is read by the parser, and nothing of this is run by it
print("main")
