"""Twenty columns by outcome, with tests and standardised differences."""

import json
import sys
import time

import pandas as pd

from clnm_core.domain.columns import Column, Kind, Registry
from clnm_core.stats.summary import printed, table_one

data = pd.read_csv(sys.argv[1])
columns = [name for name in data if name.startswith(("number_", "level_"))]
registry = Registry(
    [
        Column("y_true", "Outcome", Kind.CATEGORY),
        *(
            Column(name, name, Kind.CATEGORY if name.startswith("level_") else Kind.NUMBER)
            for name in columns
        ),
    ]
)
frame = data[["y_true", *columns]].astype({"y_true": "str"})
start = time.perf_counter()
text = printed(table_one(frame, registry, by="y_true")).to_string()
seconds = time.perf_counter() - start
print(json.dumps({"seconds": seconds, "value": len(text.splitlines())}))
