"""How fast Clutch is: `make bench`. Ratios within one run count, not absolute figures."""
