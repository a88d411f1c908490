"""What the tests of this folder share: how Hypothesis looks for examples."""

import hypothesis

# A busy machine is no failure, and nothing is written beside the source.
hypothesis.settings.register_profile("statements", deadline=None, database=None)
hypothesis.settings.load_profile("statements")
