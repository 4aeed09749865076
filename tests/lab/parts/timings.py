"""Time to accepted mail."""


def timings():
    return []
