"""Registry: runs, model versions and aliases; the only code that imports mlflow."""
