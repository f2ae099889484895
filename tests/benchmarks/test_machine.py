from benchmarks.machine import describe, installed, one_line


def test_it_says_what_a_reader_needs_to_compare():
    facts = describe()
    assert facts["processor"]
    assert facts["cores"] >= 1
    assert facts["memory_mb"] > 100
    assert facts["onnxruntime"].count(".") >= 1
    assert str(facts["cores"]) in one_line()


def test_a_package_that_is_missing_has_no_version():
    assert installed("no-such-package-here") == ""
