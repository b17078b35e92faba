package api

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
)

// Inventory says what exists in the sandbox, apart from what every account has.
type Inventory struct {
	// Total is the number of resources of all kinds.
	Total int `json:"total"`
	// Kinds maps a kind, such as "vpcs", to the names of its resources.
	Kinds map[string]InventoryKind `json:"kinds"`
}

// InventoryKind is one kind's part of the inventory.
type InventoryKind struct {
	// Count is the number of resources.
	Count int `json:"count"`
	// Names are their names, in the order of creation.
	Names []string `json:"names"`
}

// Inventory returns what exists. A cluster that is being deleted still does.
func (s *Server) Inventory() (Inventory, error) {
	inventory := Inventory{Kinds: map[string]InventoryKind{}}
	err := s.view(func(c *call) error {
		for _, k := range c.kinds {
			list, err := k.list(c.tx)
			if err != nil {
				return err
			}
			part := InventoryKind{Names: []string{}}
			for _, i := range list {
				if !i.builtin {
					part.Names = append(part.Names, i.name)
				}
			}
			part.Count = len(part.Names)
			inventory.Kinds[k.name] = part
			inventory.Total += part.Count
		}
		return nil
	})
	return inventory, err
}

// registerAdmin routes the sandbox's own paths. They need no token, and neither
// faults nor the rate limit touch them.
func (s *Server) registerAdmin() {
	s.admin.HandleFunc("GET /sandbox/health", func(w http.ResponseWriter, _ *http.Request) {
		sendJSON(w, http.StatusOK, map[string]string{"status": "ok", "spaces_endpoint": s.cfg.SpacesEndpoint})
	})
	s.admin.HandleFunc("GET /sandbox/inventory", func(w http.ResponseWriter, _ *http.Request) {
		inventory, err := s.Inventory()
		if err != nil {
			sendError(w, apiError(http.StatusInternalServerError, "%v", err))
			return
		}
		sendJSON(w, http.StatusOK, inventory)
	})
	s.admin.HandleFunc("GET /sandbox/requests", func(w http.ResponseWriter, _ *http.Request) {
		sendJSON(w, http.StatusOK, map[string]any{"requests": append([]Request{}, s.requests.all()...)})
	})
	s.admin.HandleFunc("GET /sandbox/faults", func(w http.ResponseWriter, _ *http.Request) {
		sendJSON(w, http.StatusOK, s.faults.get())
	})
	s.admin.HandleFunc("PUT /sandbox/faults", setting(func(f Faults) error { return s.faults.set(f) }))
	s.admin.HandleFunc("DELETE /sandbox/faults", func(w http.ResponseWriter, _ *http.Request) {
		// An empty set of faults is always valid.
		_ = s.faults.set(Faults{})
		w.WriteHeader(http.StatusNoContent)
	})
	s.admin.HandleFunc("GET /sandbox/delays", func(w http.ResponseWriter, _ *http.Request) {
		sendJSON(w, http.StatusOK, s.delays.all())
	})
	s.admin.HandleFunc("PUT /sandbox/delays", setting(s.delays.set))
}

// setting reads a JSON body and hands it to set; its error becomes a 422.
func setting[T any](set func(T) error) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		data, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxBody))
		if err != nil {
			sendError(w, badRequest("The request body cannot be read: %v.", err))
			return
		}
		var value T
		if err := json.Unmarshal(data, &value); err != nil {
			sendError(w, badRequest("Unable to parse the request body: %v.", err))
			return
		}
		if err := set(value); err != nil {
			sendError(w, invalid("%s", fmt.Sprint(err)))
			return
		}
		w.WriteHeader(http.StatusNoContent)
	}
}
