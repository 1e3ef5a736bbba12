"""tmp"""
from lib.console import Fleet
import time
s0=time.monotonic()
om=Fleet.make
def make(self, c, st):
    om(self, c, st)
    print(c, st, time.monotonic()-s0)
Fleet.make=make
of=None
def test_console_fleet(t):
    f = Fleet(t)
    print("all", time.monotonic()-s0)
    of=t.finish
    def fin(keep):
        print("fin0", time.monotonic()-s0)
        for d in t.desks: d.finish()
        print("fin1", time.monotonic()-s0)
        of(keep)
        print("fin2", time.monotonic()-s0)
    t.finish=fin
