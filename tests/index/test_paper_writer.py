"""Papers are written into every part of a generation under the same numbers, in whichever order they come."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path

from rag.index import maxsim, papers_database, vector_arrays
from rag.index.checkpoint import Checkpoint
from rag.index.embedder import Embedder
from rag.index.paper_writer import PaperWriter
from rag.index.plan import afresh
from rag.index.vector_database import VectorDatabase
from rag.index.vectors import paper_number
from rag.models.encoding import Embedding
from rag.paper import Paper

PAPERS = {
    1: Paper("Owls", "Owls hunt voles. They hoot."),
    2: Paper("Coral", "Coral bleaches. Divers count it. It recovers."),
    3: Paper("Jars", "An octopus opens a jar."),
}


def test_every_part_has_the_papers_by_their_numbers(tmp_path: Path, model: Embedding) -> None:
    embedder = Embedder(model, None, Checkpoint(tmp_path, {"dimensions": model.dimensions}, None))
    vectors = dict(zip(PAPERS, embedder.vectors(list(PAPERS.values())), strict=True))
    with PaperWriter(tmp_path, afresh(list(PAPERS.values())), embedder.basis) as writer:
        for chunk in ([3, 1], [2]):
            writer.add([(n, PAPERS[n]) for n in chunk], [(n, vectors[n]) for n in chunk])
    assert papers_database.read_papers(tmp_path) == list(PAPERS.values())
    rows, words = vector_arrays.load(tmp_path, model.dimensions), maxsim.load(tmp_path)
    for number, of_paper in vectors.items():
        assert rows.of_paper(number).tolist() == of_paper.rows.tolist()
        assert len(words.of_paper(number)) == len(of_paper.words)
    with closing(VectorDatabase(tmp_path)) as chroma:
        assert chroma.count() == writer.vector_count == sum(len(vectors[n].passages(n)) for n in PAPERS)
        for number, of_paper in vectors.items():
            assert {paper_number(chroma.search(row, 1)[0]) for row in of_paper.rows} == {number}
