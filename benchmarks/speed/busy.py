import json, os, signal, statistics, subprocess, sys, time
from contextlib import contextmanager
