"""Stages: one file for each stage of dvc.yaml."""
