# cmd/slurm/cluster.mk: bon-slurm on a Slurm of one node that is there for the test only. Read by the Makefile.

CLUSTER_DEBS := slurm-wlm munge

## check-cluster: a model and a deduplication as Slurm jobs, one of them killed, against one machine (slurm-wlm, munge; QUICK=1: the shorter half)
check-cluster: $(O)/bon
	@if tools/deps.sh $(CLUSTER_DEBS); then QUICK=$(QUICK) tests/cluster/run.sh $(O)/bon; \
	  else echo "check-cluster: skipped: the packages above cannot be had here"; fi
