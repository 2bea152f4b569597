"""The processes of tiendo: settings, logs, the Faust transport, the worker, the relay, the simulator and the command line."""
