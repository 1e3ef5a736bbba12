"""tmp"""
from lib.console import Fleet, Console

def test_console_fleet(t):
    f = Fleet(t)
    c = Console(t, f.desk)
    import time; time.sleep(2)
    print(c.text())
    for k in ["Enter", "Escape", "l", "Escape", "L", "Escape", "H", "Escape", "?", "Escape", "s", "Escape","d","Escape","w"]:
        c.keys(k); time.sleep(.4); print("-----", k); print(c.text())
