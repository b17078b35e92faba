package api

import (
	"context"
	"time"

	"github.com/google/uuid"

	"github.com/gomeet/infra/sandbox/store"
)

// task is something to do later. It is stored with the change that asks for it,
// so an asynchronous operation goes on after a kill -9.
type task struct {
	// ID makes the task unique.
	ID string
	// Kind names the function, Key the resource.
	Kind, Key string
	// Due is when to run.
	Due time.Time
}

var tasks = store.NewCollection[task]("tasks")

// onTask says what a kind of task does. The function runs in its own write
// transaction; it must accept that the resource has gone in the meantime.
func (s *Server) onTask(kind string, f func(c *call, key string) error) { s.taskFuncs[kind] = f }

// later runs a task once the delay of the given kind has passed.
func (c *call) later(kind, key, delayKind string) error {
	c.afterCommit(c.wakeTasks)
	t := task{ID: uuid.NewString(), Kind: kind, Key: key, Due: c.due(delayKind)}
	return tasks.Put(c.tx, t.ID, t)
}

// taskPoll is how often the clock is read while tasks wait. A tenth of a second is
// short against the seconds between two looks of any client.
const taskPoll = 100 * time.Millisecond

func (s *Server) wakeTasks() {
	select {
	case s.taskWake <- struct{}{}:
	default: // a wake-up is on its way already
	}
}

// runTasks runs tasks when they are due, until ctx ends.
func (s *Server) runTasks(ctx context.Context) {
	tick := time.NewTicker(taskPoll)
	defer tick.Stop()
	for {
		if err := s.runDueTasks(ctx); err != nil {
			s.cfg.Log.Error("running tasks", "error", err)
		}
		select {
		case <-ctx.Done():
			return
		case <-s.taskWake:
		case <-tick.C:
		}
	}
}

func (s *Server) runDueTasks(ctx context.Context) error {
	var all []task
	err := s.view(func(c *call) (err error) {
		all, err = tasks.List(c.tx)
		return err
	})
	if err != nil {
		return err
	}
	for _, t := range all {
		if ctx.Err() != nil || t.Due.After(s.now()) {
			continue
		}
		if err := s.runTask(t); err != nil {
			s.cfg.Log.Error("task failed, it is tried again", "kind", t.Kind, "key", t.Key, "error", err)
		}
	}
	return nil
}

func (s *Server) runTask(t task) error {
	return s.update(func(c *call) error {
		f, known := s.taskFuncs[t.Kind]
		if !known {
			s.cfg.Log.Error("dropping a task of unknown kind", "kind", t.Kind, "key", t.Key)
		} else if err := f(c, t.Key); err != nil {
			return err
		}
		return tasks.Delete(c.tx, t.ID)
	})
}
