"""The table of formats: one reader each."""

from stages.ingest import crops, flowcam, mfi

READERS = {
    "flowcam": flowcam.read,
    "mfi": mfi.read,
    "crops": crops.read,
}
