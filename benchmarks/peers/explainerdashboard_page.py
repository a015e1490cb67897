"""explainerdashboard: from a fitted model to a dashboard that can be served."""

import json
import resource
import sys
import time
import warnings

import pandas as pd
from explainerdashboard import ClassifierExplainer, ExplainerDashboard
from sklearn.ensemble import RandomForestClassifier

warnings.simplefilter("ignore")
data = pd.read_csv(sys.argv[1])
columns = [name for name in data if name.startswith("number_")]
model = RandomForestClassifier(100, max_depth=6, n_jobs=2, random_state=0)
model.fit(data[columns], data["y_true"])
start = time.perf_counter()
explainer = ClassifierExplainer(model, data[columns], data["y_true"])
dashboard = ExplainerDashboard(explainer, shap_interaction=False)
seconds = time.perf_counter() - start
peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
print("\n" + json.dumps({"seconds": seconds, "value": len(columns), "peak_mib": peak}))
