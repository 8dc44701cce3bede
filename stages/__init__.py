"""The stages of the pipeline. Each folder is one stage (or one family of stages) of dvc.yaml."""
