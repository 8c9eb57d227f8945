"""Queue of a run's tasks, which decides which trial runs next and follows the fits of grid searches."""

from collections import deque
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from threading import Lock

from hdr_bench.experiments.messages import Task
from hdr_bench.experiments.planning.schedule import Schedule, is_missing, planned_trial
from hdr_bench.experiments.planning.search_result import conclude
from hdr_bench.experiments.planning.search_state import SearchState
from hdr_bench.experiments.planning.stored_fits import read_fits
from hdr_bench.records.environment import read_environment
from hdr_bench.records.fit_store import FitStore
from hdr_bench.records.made_images import MadeImages
from hdr_bench.records.result import Result
from hdr_bench.records.run_record import PlannedTrial
from hdr_bench.records.search_outcome import SearchOutcome
from hdr_bench.records.store import Store
from hdr_bench.records.trial import Trial


@dataclass(eq=False)
class _Entry:
    """A trial to run; for a grid search, with its preceding fits and their outcome."""

    trial: Trial
    search: SearchState | None = None
    outcome: SearchOutcome | None = None
    is_over: bool = False

    @cached_property
    def planned(self) -> PlannedTrial:
        """Names of its files: each is a hash of everything that defines the trial, including the whole grid."""
        return planned_trial(self.trial)


class TaskQueue:
    """Iterator over the tasks of a run, which is notified of their outcomes.

    First the first trial of each case (or fit within a search) runs, then the second of each, and so on: if the machine
    is slow for a minute, this affects one fit of several methods rather than all fits of one. If the next task depends
    on outcomes that are not available yet, it yields None; the caller asks again after recording an outcome.

    Parameters
    ----------
    schedule : Schedule
    store : Store
        Store in the run's folder, consulted for each task, as another run may also store results there.
    folders : mapping of str to str
        Folders of data sets created in code, by fingerprint.
    images : mapping of str to MadeImages
        Images made before the trials, by recipe of the test set; may be filled until the first task is taken.
    keeps_models : bool, default=False
        Whether to save fitted models.
    model_command : str, default=""
        Command recorded in the cards of saved models.
    """

    def __init__(
        self,
        schedule: Schedule,
        store: Store,
        folders: Mapping[str, str] | None = None,
        images: Mapping[str, MadeImages] | None = None,
        *,
        keeps_models: bool = False,
        model_command: str = "",
    ) -> None:
        self._schedule, self._store, self._folders = schedule, store, folders or {}
        self._images = {} if images is None else images
        self._keeps_models, self._model_command = keeps_models, model_command
        self._pickles = {case.case.name: case.pickled for case in schedule.cases}
        self._datasets = {case.case.name: case.dataset for case in schedule.cases}
        self._searches: dict[str, _Entry] = {}
        self._cases: deque[deque[_Entry]] = deque()
        of_case: dict[str, deque[_Entry]] = {}
        for trial in schedule.to_run:
            if trial.case not in of_case:
                self._cases.append(of_case.setdefault(trial.case, deque()))
            of_case[trial.case].append(self._entry(trial))
        # Dask's threads take tasks while the run's own thread records outcomes.
        self._lock = Lock()

    @property
    def trials(self) -> tuple[Trial, ...]:
        """All trials to run as far as known, each search preceded by its missing fits."""
        trials: list[Trial] = []
        for entry in (entry for entries in self._cases for entry in entries):
            trials += [*(entry.search.missing.values() if entry.search else ()), entry.trial]
        return tuple(trials)

    def __iter__(self) -> Iterator[Task | None]:
        return self

    def __next__(self) -> Task | None:
        with self._lock:
            # Each case once, beginning with the one that has waited longest.
            for _ in range(len(self._cases)):
                entries = self._cases.popleft()
                task = self._take(entries)
                if entries:
                    self._cases.append(entries)
                if task is not None:
                    return task
            if self._cases:
                return None
            raise StopIteration

    def is_awaited(self, result: Result) -> bool:
        """Return whether to store a result: not that of a fit whose search another run on the same folder has finished.

        Parameters
        ----------
        result : Result

        Returns
        -------
        is_awaited : bool
        """
        fit = result.trial.search_fit
        with self._lock:
            return fit is None or fit.search in self._searches

    def with_costs_of_fits(self, result: Result) -> Result:
        """Return the result of a search's final fit as that of the whole search; any other result unchanged.

        Parameters
        ----------
        result : Result

        Returns
        -------
        result : Result
            Includes the time of all processes. If the trial's limits affected the choice, the key reflects that.
        """
        if result.trial.search is None:
            return result
        with self._lock:
            entry = self._searches.get(result.trial.key)
        outcome = None if entry is None else entry.outcome
        if outcome is None:
            return result
        of_all = {
            "key": result.trial.limited_key if outcome.is_limited else result.key,
            "seconds": outcome.seconds + result.seconds,
            "n_concurrent": max(outcome.n_concurrent, result.n_concurrent),
        }
        return result.model_copy(update=of_all)

    def record(self, result: Result) -> None:
        """Record an outcome that is stored, so that tasks that depend on it may begin.

        Parameters
        ----------
        result : Result
        """
        fit = result.trial.search_fit
        with self._lock:
            if fit is None:
                if result.trial.search is not None:
                    self._searches.pop(result.trial.key, None)
            elif (entry := self._searches.get(fit.search)) is not None and entry.search is not None:
                entry.search.record(result)

    def failed_searches(self) -> tuple[Result, ...]:
        """Return the results of searches that end without a final fit: no candidate is left, or no time.

        Returns
        -------
        results : tuple of Result
            Results of failed trials, each returned once, unless another run on the same folder has finished them.
        """
        results = []
        with self._lock:
            for entry in tuple(self._searches.values()):
                failure = self._conclude(entry)
                if failure is None:
                    continue
                self._close(entry)
                if self._is_missing(entry):
                    results.append(failure)
        return tuple(results)

    def _entry(self, trial: Trial) -> _Entry:
        if trial.search is None:
            return _Entry(trial)
        key = trial.key
        search = self._schedule.searches.get(key)
        if search is None:
            search = read_fits(trial, self._datasets[trial.case], self._fits_of(key), self._schedule.rerun).search
        entry = self._searches[key] = _Entry(trial, search.copy())
        return entry

    def _close(self, entry: _Entry) -> None:
        entry.is_over = True
        if entry.search is not None:
            self._searches.pop(entry.planned.key, None)

    def _fits_of(self, key: str) -> FitStore:
        return FitStore(self._store.folder, key)

    def _take(self, entries: deque[_Entry]) -> Task | None:
        """Return the first task of a case that may begin now, and drop entries that need no further task."""
        place = 0
        while place < len(entries):
            entry = entries[place]
            # Another run on the same folder may have finished it by now.
            if entry.is_over or not self._is_missing(entry):
                self._close(entry)
                del entries[place]
                continue
            if entry.search is not None and (task := self._fit(entry, entry.search)) is not None:
                return task
            # Failures are returned by `failed_searches`.
            self._conclude(entry)
            if entry.search is None or entry.outcome is not None:
                del entries[place]
                return self._last(entry)
            place += 1
        return None

    def _is_missing(self, entry: _Entry) -> bool:
        rerun = self._schedule.rerun
        return rerun == "all" or is_missing(entry.planned, self._store, rerun)

    def _fit(self, entry: _Entry, search: SearchState) -> Task | None:
        """Return the next fit of a search that is not stored; None if no fit may begin now."""
        while (fit := search.next_fit()) is not None:
            # Include what another run on the same folder has stored; results to replace were removed before.
            stored = self._fits_of(entry.planned.key).look_up(planned_trial(fit)).result
            if stored is None:
                return self._task(fit, seconds_left=search.seconds_for(fit))
            search.record(stored)
        return None

    def _last(self, entry: _Entry) -> Task:
        if entry.search is None or entry.trial.time_limit is None:
            return self._task(entry.trial, outcome=entry.outcome)
        return self._task(entry.trial, outcome=entry.outcome, seconds_left=entry.trial.time_limit - entry.search.spent)

    def _task(self, trial: Trial, outcome: SearchOutcome | None = None, seconds_left: float | None = None) -> Task:
        folder = self._folders.get(trial.fingerprint)
        # A fit within a search needs no other test images.
        asked = trial.test_sets if trial.search_fit is None else ()
        others, recipes = {each.fingerprint for each in asked}, {each.recipe for each in asked}
        return Task(
            trial,
            self._pickles[trial.case],
            folder,
            outcome=outcome,
            # Among the fits of a search, only the final one yields a model to save.
            keeps_model=self._keeps_models and trial.search_fit is None,
            model_command=self._model_command,
            seconds_left=seconds_left,
            folders={name: place for name, place in self._folders.items() if name in others},
            images={recipe: made for recipe, made in self._images.items() if recipe in recipes},
        )

    def _conclude(self, entry: _Entry) -> Result | None:
        """Record the outcome of a complete search; return its result if it failed."""
        if entry.search is None or entry.outcome is not None or not entry.search.is_complete:
            return None
        outcome = conclude(entry.search, read_environment())
        if isinstance(outcome, Result):
            return outcome
        entry.outcome = outcome
        return None
