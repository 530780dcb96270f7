"""The server's processes: who starts them, who looks after them, and what they have to run with.

    server.py (beside this room)     start, serve, stop
    ├── rundir.py     the folder that all of them share, with a lock by which it is known to have an owner
    ├── guard.py      a thread of the main process that mends what broke: keeper, folder, socket, board
    ├── workers.py    granian's main loop: web processes that ended are started again, whatever happens meanwhile
    └── room.py       descriptors and memory: what there is, what is needed, and what is said where it is too little
"""
