# tests/long/long.mk: tests that take minutes. Read by the Makefile.

.PHONY: check-long

MOMENTS ?= 50

## check-long: kill -9 a pipeline run at MOMENTS moments (50) and go on: the bytes of an undisturbed run
check-long: $(O)/bon
	@tests/long/pipeline_kill.sh $(O)/bon $(MOMENTS)
