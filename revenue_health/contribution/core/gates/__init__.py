"""Five gates between a share and a verdict: the data, the interval, the placebo, the multiverse and the records.

A share is an estimate; a verdict names a department. Naming an innocent one is worse than naming nobody, so a verdict
stands only where the data can carry it, where the share is clear beside all others judged at once, where the method
says nothing like it of the same department's own past, where every defensible way to calculate agrees, and where it
would survive a fair part of the records being wrong. Each gate says in a sentence what it saw.
"""
