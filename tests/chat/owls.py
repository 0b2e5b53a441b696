"""A small collection with something to ask of every kind."""

from __future__ import annotations

from typing import Any


def _record(title: str, abstract: str, year: int, *authors: str) -> dict[str, Any]:
    return {"title": title, "abstract": abstract, "year": year, "authors": list(authors)}


OWLS = [
    _record(
        "Sound Localization in Barn Owls at Night",
        "Hunting at night is hard. We measure the limits of sound localization in barn owls without any light. "
        "Their error is below two degrees.",
        2019,
        "Ada Finch",
        "Bo Heron",
    ),
    _record(
        "Ear Asymmetry and Sound Localization",
        "One ear of an owl is higher. We show that sound localization of barn owls depends on that asymmetry. "
        "Filling one ear with wax removes it.",
        2020,
        "Ada Finch",
    ),
    _record(
        "How Young Owls Learn Sound Localization",
        "Chicks are born deaf. Their sound localization is learned within weeks, and barn owls never forget it. "
        "We raised chicks with ear plugs.",
        2021,
        "Cy Wren",
    ),
    _record(
        "The Facial Ruff of Barn Owls",
        "The ruff reflects high frequencies. Cutting it is the end of sound localization in barn owls of any age. "
        "The feathers grow again.",
        2022,
        "Di Lark",
    ),
    _record(
        "Echolocation of Bats in Forests",
        "Echolocation is a sense that builds a picture of the surroundings from echoes. "
        "We follow bats through dense forests at dusk.",
        2018,
        "Ada Finch",
        "Em Crane",
    ),
    _record(
        "Moths That Jam Echolocation",
        "Some moths click back at bats. We show that their clicks disturb echolocation, and that bats then miss.",
        2023,
        "Fay Robin",
    ),
    _record(
        "Can Blind People Use Echolocation?",
        "Some blind people click with the tongue. We measure how well their echolocation tells a wall from a bush.",
        2017,
        "Gus Rook",
    ),
    _record(
        "Directional Microphones for Bird Song",
        "Recording birds from afar is noisy. Directional microphones pick up fainter songs than omnidirectional "
        "microphones, but need to be pointed.",
        2016,
        "Hal Swift",
    ),
    _record(
        "Omnidirectional Microphones in Bird Surveys",
        "Surveys count birds by ear. With omnidirectional microphones, one recorder covers more of a meadow than "
        "with directional microphones. "
        "We compare twelve recorders.",
        2015,
        "Ivy Stork",
    ),
    _record(
        "NestCam: Watching Tits at Home",
        "Nest boxes are dark inside. NestCam is a system that lights a nest box with infrared and counts the chicks.",
        2014,
        "Ken Dove",
    ),
    _record(
        "OwlNet: Finding Owls in Night Recordings",
        "Listening to whole nights takes weeks. We propose OwlNet, a network that finds the calls of owls in "
        "recordings. OwlNet runs at 60 frames per second on a phone.",
        2024,
        "Jo Quail",
    ),
]
