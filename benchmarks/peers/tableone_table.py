"""tableone: twenty columns by outcome, with tests and standardised differences."""

import json
import sys
import time
import warnings

import pandas as pd
from tableone import TableOne

warnings.simplefilter("ignore")
data = pd.read_csv(sys.argv[1])
columns = [name for name in data if name.startswith(("number_", "level_"))]
start = time.perf_counter()
found = TableOne(
    data,
    columns=columns,
    categorical=[name for name in columns if name.startswith("level_")],
    groupby="y_true",
    pval=True,
    smd=True,
)
text = found.tabulate(tablefmt="github")
seconds = time.perf_counter() - start
print(json.dumps({"seconds": seconds, "value": len(text.splitlines())}))
