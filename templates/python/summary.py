"""Sums up the numbers on stdin."""

import statistics
import sys

numbers = [float(word) for word in sys.stdin.read().split()]
if len(numbers) < 2:
    sys.exit("summary: two numbers are needed at least")
print(f"{len(numbers)} numbers, mean {statistics.mean(numbers):.2f}, deviation {statistics.stdev(numbers):.2f}")
